//! Text as it is shown and compared.
