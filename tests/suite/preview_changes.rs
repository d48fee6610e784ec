//! What applying or taking back would do is shown without doing any of it, and with everything that stands in the way.

mod as_apply_does;
mod obstacles;
mod saved_plans;
mod writes_nothing;
