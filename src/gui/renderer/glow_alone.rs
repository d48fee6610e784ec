//! Drawing where OpenGL is what every driver has, be it one in software: there is one way, and nothing to choose.

use eframe::{CreationContext, NativeOptions, Renderer};

/// Every way to draw, best first.
pub(crate) const RENDERERS: &[Renderer] = &[Renderer::Glow];

/// OpenGL takes what the system gives it.
pub(crate) fn configure(_: &mut NativeOptions) {}

/// A failing OpenGL says so when the window is opened.
pub(crate) fn watch_for_trouble(_: &CreationContext<'_>) {}
