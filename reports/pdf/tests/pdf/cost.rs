//! What a long report costs. Times are measured by the benchmark; here is what holds on every machine.

use backproof_pdf::render;

use crate::sample::of_rows;
use crate::tools::OnDisk;

#[test]
fn a_thousand_rows_take_as_many_pages_as_they_need() {
    let pages = OnDisk::new(&render(&of_rows(1_000), &[]).expect("it can be laid out")).pages();
    assert!((20..60).contains(&pages.len()), "{} pages", pages.len());
    let last = pages.last().expect("a page").split_whitespace().collect::<String>();
    assert!(last.contains("-001000") || last.contains("Intheorderofthedraw"), "{last}");
}

#[test]
fn size_grows_with_the_rows_and_no_faster() {
    let size = |rows| render(&of_rows(rows), &[]).expect("it can be laid out").len();
    let (small, large) = (size(250), size(1_000));
    assert!(large < 4 * small, "{small} bytes for 250 rows, {large} for 1,000");
}

#[test]
fn ten_thousand_rows_are_shortened_and_the_first_page_says_so() {
    let pages = OnDisk::new(&render(&of_rows(10_000), &[]).expect("it can be laid out")).pages();
    assert!(pages.len() < 40, "{} pages", pages.len());
    assert!(pages[0].contains("Long lists are shortened in this PDF."), "{}", pages[0]);
    let all = pages.concat();
    assert!(all.contains("Printed here: 500 of 10,000 rows"), "the table does not say it");
}
