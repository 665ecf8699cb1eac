//! The probability of at most `failures` bad units in a sample drawn without replacement, as an exact fraction.
//!
//! With `bad` D of `population` N and `sample` n, hits are hypergeometric and symmetric in D and n. Let m be the
//! smaller and M the larger of them. Multiplying P(X ≤ k) = Σ C(M,x)·C(N−M,m−x) / C(N,m) by m!·k! leaves no division:
//! the numerator is ff(N−M, m−k) · Σₓ ∏ᵢ≤ₓ aᵢ ∏ᵢ>ₓ bᵢ with aᵢ = (M−i+1)(m−i+1) and bᵢ = i·(N−M−m+i), the denominator
//! ff(N, m)·k!, where ff is the falling factorial. The sum is one Horner pass, so the cost grows with m and k and not
//! with N.

use num_bigint::BigUint;

/// A question to the distribution: `bad` of `population`, `sample` drawn. Neither exceeds the population.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hypergeometric {
    pub(super) population: u64,
    pub(super) bad: u64,
    pub(super) sample: u64,
}

/// An exact, unreduced fraction.
#[derive(Clone, Debug)]
pub(super) struct Fraction {
    pub(super) numerator: BigUint,
    pub(super) denominator: BigUint,
}

impl Fraction {
    pub(super) fn one() -> Self {
        Self { numerator: BigUint::from(1_u32), denominator: BigUint::from(1_u32) }
    }

    fn zero() -> Self {
        Self { numerator: BigUint::ZERO, denominator: BigUint::from(1_u32) }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        Self { numerator: &self.numerator * &other.numerator, denominator: &self.denominator * &other.denominator }
    }

    /// Whether this is strictly greater than `numerator / denominator`.
    pub(super) fn exceeds(&self, numerator: u64, denominator: u64) -> bool {
        &self.numerator * denominator > &self.denominator * numerator
    }
}

impl Hypergeometric {
    /// The smaller and the larger of `bad` and `sample`.
    fn sides(self) -> (u64, u64) {
        (self.bad.min(self.sample), self.bad.max(self.sample))
    }

    /// The fewest hits that are possible at all.
    fn fewest(self) -> u64 {
        (self.bad + self.sample).saturating_sub(self.population)
    }

    /// P(X ≤ failures), exactly.
    pub(super) fn at_most(self, failures: u64) -> Fraction {
        let (small, large) = self.sides();
        if failures >= small {
            return Fraction::one();
        }
        if failures < self.fewest() {
            return Fraction::zero();
        }
        let good = self.population - large;
        let mut sum = BigUint::from(1_u32);
        let mut product = BigUint::from(1_u32);
        for i in 1..=failures {
            // Zero where so few hits are impossible: their terms fall away.
            let below = u128::from(i) * u128::from((good + i).saturating_sub(small));
            product *= u128::from(large - i + 1) * u128::from(small - i + 1);
            sum = sum * below + &product;
        }
        Fraction {
            numerator: falling_factorial(good, small - failures) * sum,
            denominator: falling_factorial(self.population, small) * falling_factorial(failures, failures),
        }
    }

    /// ln P(X ≤ failures), nearly: good enough to propose a bound, never to decide one.
    pub(super) fn ln_at_most(self, failures: u64) -> f64 {
        let (small, large) = self.sides();
        if failures >= small {
            return 0.0;
        }
        if failures < self.fewest() {
            return f64::NEG_INFINITY;
        }
        let good = self.population - large;
        let first = self.fewest();
        // The first possible term, then each next one by its ratio to the one before.
        let mut term = ln_choose(large, first) + ln_choose(good, small - first) - ln_choose(self.population, small);
        let (mut highest, mut sum) = (term, 1.0);
        for x in first + 1..=failures {
            let up = real(large - x + 1) * real(small - x + 1);
            let down = real(x) * real(good + x - small);
            term += (up / down).ln();
            if term > highest {
                sum *= (highest - term).exp();
                highest = term;
            }
            sum += (term - highest).exp();
        }
        highest + sum.ln()
    }
}

/// `from · (from − 1) · …`, `factors` of them; 1 where there are none.
fn falling_factorial(from: u64, factors: u64) -> BigUint {
    // Halving keeps the factors of each multiplication about equally long, which multiplies long numbers fastest.
    if factors > 16 {
        let upper = factors / 2;
        return falling_factorial(from, upper) * falling_factorial(from - upper, factors - upper);
    }
    (0..factors).fold(BigUint::from(1_u32), |product, i| product * (from - i))
}

fn ln_choose(of: u64, choose: u64) -> f64 {
    ln_factorial(of) - ln_factorial(choose) - ln_factorial(of - choose)
}

/// ln n!, by Stirling's series, which is near enough from 16 on.
fn ln_factorial(n: u64) -> f64 {
    if n < 16 {
        return (2..=n).map(|i| real(i).ln()).sum();
    }
    let x = real(n);
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    x * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI * x).ln() + series
}

/// `count` as a real number; exact, because populations stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "populations are limited to a thousand million, below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}
