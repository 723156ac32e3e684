//! Each cost against the number of entries, both on logarithmic axes: what does not grow is level, what grows as the
//! ledger does rises as the diagonals do.

use std::error::Error;
use std::ops::Range;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::row::Row;

const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1180;
/// Panels beside and below one another.
const GRID: (usize, usize) = (3, 2);
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
const FAINT: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Told apart by those who do not tell red from green, too.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x7a, 0x5c, 0x00),
];

/// A curve: its name, and its figure at a size.
type Curve = (&'static str, fn(&Row) -> f64);

/// Some costs of one kind.
struct Panel {
    title: &'static str,
    curves: &'static [Curve],
    /// What is wanted of the costs in it, as a dashed line.
    target: Option<f64>,
}

const PANELS: [Panel; 6] = [
    Panel {
        title: "Posting in batches of 8,000: µs an entry",
        curves: &[
            ("over all", |row| 1e6 / row.posting.entries_per_s),
            ("the first tenth", |row| 1e6 / row.posting.early_entries_per_s),
            ("the last tenth", |row| 1e6 / row.posting.late_entries_per_s),
        ],
        target: Some(1e6 / 600_000.0),
    },
    Panel {
        title: "A batch of 8,000: ms",
        curves: &[
            ("median", |row| row.posting.batch_p50_ms),
            ("p99", |row| row.posting.batch_p99_ms),
            ("longest", |row| row.posting.batch_max_ms),
        ],
        target: Some(60.0),
    },
    Panel {
        title: "Memory while posting, at its peak: MB",
        curves: &[("peak", |row| row.posting.peak_memory_mb)],
        target: Some(200.0),
    },
    Panel {
        title: "On the disk: bytes an entry",
        curves: &[
            ("journal", |row| row.posting.journal_bytes_per_entry),
            ("index", |row| row.posting.index_bytes_per_entry),
            ("snapshots", |row| row.posting.snapshots_bytes as f64 / row.entries as f64),
        ],
        target: None,
    },
    Panel {
        title: "One question or one swap: ms",
        curves: &[
            ("opening to write", |row| row.opening.open_ms),
            ("aiga swap", |row| row.asking.swap_ms),
            ("aiga status", |row| row.asking.status_ms),
            ("aiga journal --ref", |row| row.asking.journal_ms),
            ("the first 8,000 again", |row| row.opening.retry_ms),
        ],
        target: Some(100.0),
    },
    Panel {
        title: "aiga audit: µs an entry",
        curves: &[("audit", |row| 1e6 / row.asking.audit_entries_per_s)],
        target: Some(0.8),
    },
];

/// Writes the picture.
pub fn draw<'a>(rows: &[Row], file: &'a Path) -> Result<(), Box<dyn Error + 'a>> {
    let picture = SVGBackend::new(file, (WIDTH, HEIGHT)).into_drawing_area();
    picture.fill(&WHITE)?;
    for (panel, area) in PANELS.iter().zip(picture.split_evenly(GRID)) {
        draw_panel(panel, rows, &area)?;
    }
    picture.present()?;
    Ok(())
}

fn draw_panel<'a>(
    panel: &Panel,
    rows: &[Row],
    area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
) -> Result<(), Box<dyn Error + 'a>> {
    let style = |size: u32| (FONT, size).into_font().color(&INK);
    let sizes = decades(rows.iter().map(|row| row.entries as f64));
    // What took nothing, such as an index that is not there, has no place on a logarithmic axis.
    let points = |curve: &Curve| -> Vec<(f64, f64)> {
        let points = rows.iter().map(|row| (row.entries as f64, (curve.1)(row)));
        points.filter(|&(_, figure)| figure > 0.0).collect()
    };
    let figures = panel.curves.iter().flat_map(points).map(|(_, figure)| figure).chain(panel.target);
    let figures = with_room(decades(figures), panel.curves.len());
    let mut chart = ChartBuilder::on(area)
        .margin(14)
        .x_label_area_size(26)
        .y_label_area_size(52)
        .caption(panel.title, style(17))
        .build_cartesian_2d(sizes.clone().log_scale(), figures.log_scale())?;
    chart
        .configure_mesh()
        .axis_style(INK)
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .label_style(style(13))
        .x_label_formatter(&|entries| short(*entries))
        .y_label_formatter(&|figure| short(*figure))
        .draw()?;
    if let Some(target) = panel.target {
        let ends = [(sizes.start, target), (sizes.end, target)];
        chart.draw_series(DashedLineSeries::new(ends, 6, 4, INK.stroke_width(1)))?;
        let left = style(12).pos(Pos::new(HPos::Left, VPos::Bottom));
        chart.draw_series([Text::new("target", (sizes.start * 1.1, target), left)])?;
    }
    for (curve, &colour) in panel.curves.iter().zip(&COLOURS) {
        let points = points(curve);
        if points.is_empty() {
            continue;
        }
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(curve.0)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        chart.draw_series(points.into_iter().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .label_font(style(13))
        .draw()?;
    Ok(())
}

/// Whole powers of ten around all figures, at least one.
fn decades(figures: impl Iterator<Item = f64>) -> Range<f64> {
    let (least, most) =
        figures.fold((f64::MAX, f64::MIN), |(least, most), figure| (least.min(figure), most.max(figure)));
    let (least, most) = if least > most { (1.0, 1.0) } else { (least, most) };
    let start = least.log10().floor();
    // A hair lower, so that rounding does not take the name of the lowest power from the axis.
    10_f64.powf(start) * 0.999..10_f64.powf(most.log10().ceil().max(start + 1.0))
}

/// The range made wider above by what so many names of curves take there.
fn with_room(figures: Range<f64>, names: usize) -> Range<f64> {
    let taken = 0.05 + 0.055 * names as f64;
    figures.start..figures.start * (figures.end / figures.start).powf(1.0 / (1.0 - taken))
}

/// A figure of an axis in few letters; between powers of ten only twice and five times as much have a name.
fn short(figure: f64) -> String {
    let digits = format!("{figure:.0e}");
    match figure {
        _ if !digits.starts_with(['1', '2', '5']) => String::new(),
        figure if figure >= 1e6 => format!("{}M", (figure / 1e6).round()),
        figure if figure >= 1e3 => format!("{}k", (figure / 1e3).round()),
        figure => format!("{}", (figure * 1e4).round() / 1e4),
    }
}
