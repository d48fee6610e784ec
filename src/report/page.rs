//! A page of HTML that stands alone: to save, to print, to send. It loads nothing and runs nothing.

/// Looks the same in every browser and on paper; loads nothing.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff;max-width:46em;margin:3em auto;padding:0 1.5em}\
h1{font-size:26px;line-height:1.25;margin:0 0 .3em}h2{font-size:18px;margin:1.8em 0 .5em}\
.mark{display:inline-block;padding:.1em .7em;border-radius:4px;font-weight:600;margin-bottom:1em}\
.good{background:#e2f4e8;color:#14532d}.caution{background:#fdf0d5;color:#6b3d00}.danger{background:#fde2e1;color:#7f1d1d}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35em 1em .35em 0;border-bottom:1px solid #d9dee6}\
th{width:11em;font-weight:600}td{overflow-wrap:anywhere}li{overflow-wrap:anywhere}footer{margin-top:3em;color:#5b6675;font-size:13px}";

/// How a page begins: a mark of the class `good`, `caution` or `danger` with our own word, and the title.
pub fn head(title: &str, class: &str, mark: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <p class=\"mark {class}\">{mark}</p>\n<h1>{title}</h1>\n"
    )
}

/// How it ends.
pub(crate) fn foot(text: &str) -> String {
    format!("<footer>{}</footer>\n</html>\n", escape(text))
}

/// Rows with a name in front, below a heading that is our own; nothing without rows.
pub fn table<'a>(heading: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows: String = rows
        .map(|(name, value)| format!("<tr><th scope=\"row\">{}<td>{}\n", escape(name), escape(value)))
        .collect();
    if rows.is_empty() { rows } else { format!("<h2>{heading}</h2>\n<table>\n{rows}</table>\n") }
}

/// A list below a heading that is our own; nothing without lines.
pub fn list(heading: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items: String = lines.iter().map(|line| format!("<li>{}\n", escape(line))).collect();
    format!("<h2>{heading}</h2>\n<ul>\n{items}</ul>\n")
}

/// Text that is no markup, whatever it holds.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
