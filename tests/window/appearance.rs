//! The window looks as a person chose, or else as the system does.

use egui::{Context, RawInput, Theme};
use patchwright::toolkit::theme::{self, Appearance, ChangeTokens, PaletteChoice, ThemeTokens, Tokens};

#[test]
fn without_a_choice_the_window_is_light_or_dark_as_the_system_is() {
    for (theme, palette) in [(Theme::Light, ThemeTokens::Light), (Theme::Dark, ThemeTokens::Dark)] {
        let context = dressed(theme, &Appearance::default());
        assert_eq!(Tokens::from_context(&context), Tokens::for_palette(palette, ChangeTokens::Standard));
        assert_eq!(context.global_style().visuals.panel_fill, Tokens::from_context(&context).page());
    }
}

#[test]
fn a_chosen_palette_stays_whatever_the_system_does() {
    for palette in [ThemeTokens::Light, ThemeTokens::Dark, ThemeTokens::HighContrast] {
        for theme in [Theme::Light, Theme::Dark] {
            let appearance = Appearance {
                palette: PaletteChoice::Always(palette),
                changes: ChangeTokens::BlueOrange,
                ..Appearance::default()
            };
            let context = dressed(theme, &appearance);
            assert_eq!(
                Tokens::from_context(&context),
                Tokens::for_palette(palette, ChangeTokens::BlueOrange)
            );
            assert_eq!(context.global_style().visuals.panel_fill, Tokens::from_context(&context).page());
        }
    }
}

#[test]
fn a_choice_can_be_changed_while_the_window_is_open() {
    let context = dressed(Theme::Light, &Appearance::default());
    let dark = Appearance { palette: PaletteChoice::Always(ThemeTokens::Dark), ..Appearance::default() };
    theme::set_up(&context, &dark);
    assert_eq!(ThemeTokens::from_context(&context), ThemeTokens::Dark);
    theme::set_up(&context, &Appearance::default());
    assert_eq!(ThemeTokens::from_context(&context), ThemeTokens::Light);
}

#[test]
fn a_zoom_at_which_nothing_can_be_used_is_not_taken() {
    for (asked, taken) in [(0.01, 0.5), (1.5, 1.5), (50.0, 3.0)] {
        let context = dressed(Theme::Light, &Appearance { zoom: asked, ..Appearance::default() });
        context.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
        assert!((context.zoom_factor() - taken).abs() < 1e-6, "{asked}");
    }
}

#[test]
fn nothing_moves_fades_or_blinks_over_remote_desktop() {
    let context = dressed(Theme::Light, &Appearance { calm_motion: true, ..Appearance::default() });
    let style = context.global_style();
    assert_eq!(style.animation_time, 0.0);
    assert!(!style.visuals.text_cursor.blink);
    assert_eq!(style.spacing.scroll.fade.strength, 0.0);
    assert!(!style.spacing.scroll.floating);
    assert_eq!(style.visuals.popup_shadow, egui::Shadow::NONE);
    assert_eq!(style.visuals.window_shadow, egui::Shadow::NONE);
}

fn dressed(system: Theme, appearance: &Appearance) -> Context {
    let context = Context::default();
    theme::set_up(&context, appearance);
    let input = RawInput { system_theme: Some(system), ..RawInput::default() };
    context.run_ui(input, |_| {}).drop_without_applying_deltas();
    context
}
