//! The fonts: those we carry, always, and in front of them the one the system writes its own windows with.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use egui::{Context, FontData, FontDefinitions, FontFamily};
use fontique::{
    Attributes, Collection, CollectionOptions, FontStyle, FontWeight, FontWidth, GenericFamily, QueryFamily,
    QueryFont, QueryStatus, SourceCache, SourceCacheOptions,
};

use super::text;

/// Inter in two weights: Ubuntu Light, which egui carries, is too thin for a low contrast screen.
/// `assets/fonts/README.md` says where it comes from.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf");

/// The font of fixed width that egui carries; it has arrows and boxes, too.
const HACK: &str = "Hack";

/// What Linux desktops set their windows in, the more particular first: "system-ui" means little there.
const ON_LINUX: [&str; 6] =
    ["Adwaita Sans", "Cantarell", "Ubuntu Sans", "Ubuntu", "Noto Sans", "Source Sans 3"];

/// The font of the system's own windows, in both weights.
pub struct InterfaceFont {
    regular: FontData,
    semibold: FontData,
}

/// A search through the system's fonts, which can take longer than opening the window does.
pub struct FontSearch(mpsc::Receiver<Option<InterfaceFont>>);

impl FontSearch {
    /// Begins to search on a thread of its own.
    pub fn start() -> Self {
        let (sender, receiver) = mpsc::channel();
        // Without a thread nobody answers, and the window is written in the font we carry.
        let _ = thread::Builder::new().name("interface font".into()).spawn(move || {
            // The window may have stopped waiting.
            let _ = sender.send(find());
        });
        Self(receiver)
    }

    /// What was found; `None` when there is nothing fitting, or the search takes longer than `at_most`.
    pub fn wait(self, at_most: Duration) -> Option<InterfaceFont> {
        self.0.recv_timeout(at_most).ok().flatten()
    }
}

/// Installs the fonts we carry, behind `interface` if there is one.
pub fn install(context: &Context, interface: Option<InterfaceFont>) {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, font: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(font));
    };
    add("Inter", FontData::from_static(REGULAR));
    add("Inter SemiBold", FontData::from_static(SEMIBOLD));
    add("Lucide", FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES));
    let mut regular = vec!["Inter", HACK];
    let mut semibold = vec!["Inter SemiBold", HACK];
    if let Some(interface) = interface {
        add("system", interface.regular);
        add("system semibold", interface.semibold);
        regular.insert(0, "system");
        semibold.insert(0, "system semibold");
    }
    let families = [
        (FontFamily::Proportional, regular),
        (text::semibold(), semibold),
        (FontFamily::Monospace, vec![HACK, "Inter"]),
        (text::icons(), vec!["Lucide"]),
    ];
    fonts.families =
        families.map(|(family, names)| (family, names.into_iter().map(str::to_owned).collect())).into();
    context.set_fonts(fonts);
}

fn find() -> Option<InterfaceFont> {
    let mut fonts = Collection::new(CollectionOptions { shared: false, system_fonts: true });
    let mut files = SourceCache::new(SourceCacheOptions::default());
    candidates().into_iter().find_map(|family| {
        let regular = find_weight(&mut fonts, &mut files, family, FontWeight::NORMAL)?;
        let semibold = find_weight(&mut fonts, &mut files, family, FontWeight::SEMI_BOLD)?;
        Some(InterfaceFont { regular, semibold })
    })
}

fn candidates() -> Vec<QueryFamily<'static>> {
    if cfg!(any(windows, target_os = "macos")) {
        vec![QueryFamily::Generic(GenericFamily::SystemUi)]
    } else {
        ON_LINUX.map(QueryFamily::Named).into()
    }
}

/// The font of `family` with `weight`: a file of its own, or a setting of a variable one. One whose weight would
/// have to be faked does not count.
fn find_weight(
    fonts: &mut Collection,
    files: &mut SourceCache,
    family: QueryFamily<'_>,
    weight: FontWeight,
) -> Option<FontData> {
    let mut query = fonts.query(files);
    query.set_families([family]);
    query.set_attributes(Attributes::new(FontWidth::NORMAL, FontStyle::Normal, weight));
    let mut found = None;
    query.matches_with(|font| {
        found = Some(font.clone()).filter(|font| !font.synthesis.embolden());
        QueryStatus::Stop
    });
    found.map(into_font_data)
}

fn into_font_data(font: QueryFont) -> FontData {
    let mut tweak = egui::FontTweak::default();
    for (axis, value) in font.synthesis.variation_settings() {
        tweak.coords.push(axis.to_be_bytes(), *value);
    }
    let (bytes, _) = font.blob.into_raw_parts();
    FontData::from_blob(bytes, font.index).tweak(tweak)
}
