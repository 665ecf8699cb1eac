//! Catalogues of controls as data, and what a dossier says of each of their criteria.
