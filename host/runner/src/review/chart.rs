//! Charts as SVG, for the page and for reports on paper.

use actlog_store::{Report, Series};
use plotters::prelude::*;

const WIDTH: u32 = 860;
const HEIGHT: u32 = 260;
/// Room on each side of a bar.
const GAP: u32 = 4;
/// Bars that still can be told apart.
const MOST_BARS: usize = 120;
const BAR: RGBColor = RGBColor(0x2f, 0x6d, 0xb5);
const INK: RGBColor = RGBColor(0x44, 0x4b, 0x55);
const GRID: RGBColor = RGBColor(0xd9, 0xde, 0xe4);

/// A bar chart of a report's first series; none where there is nothing to show.
pub fn of(report: &Report) -> Option<String> {
    let series = report.series.first().filter(|series| !series.points.is_empty())?;
    draw(series).ok()
}

fn draw(series: &Series) -> Result<String, Box<dyn std::error::Error>> {
    let points = &series.points[series.points.len().saturating_sub(MOST_BARS)..];
    let most = points.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(56)
            .build_cartesian_2d((0..points.len()).into_segmented(), 0..most + most / 12 + 1)?;
        let label = |place: &SegmentValue<usize>| match place {
            SegmentValue::CenterOf(at) => points.get(*at).map(|(label, _)| label.clone()).unwrap_or_default(),
            SegmentValue::Exact(_) | SegmentValue::Last => String::new(),
        };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(("sans-serif", 12, &INK))
            .x_labels(points.len().min(9))
            .x_label_formatter(&label)
            .y_labels(5)
            .draw()?;
        let gap = GAP.min(WIDTH / (4 * points.len() as u32).max(1));
        chart.draw_series(points.iter().enumerate().map(|(at, (_, count))| {
            let end = if at + 1 < points.len() { SegmentValue::Exact(at + 1) } else { SegmentValue::Last };
            let mut bar = Rectangle::new([(SegmentValue::Exact(at), 0), (end, *count)], BAR.filled());
            bar.set_margin(0, 0, gap, gap);
            bar
        }))?;
        area.present()?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(points: Vec<(String, i64)>) -> Report {
        let series = vec![Series { name: "activities".to_owned(), points }];
        Report { name: "by-day".to_owned(), title: "Activity".to_owned(), columns: Vec::new(), rows: Vec::new(), series }
    }

    #[test]
    fn of_points_draws_a_bar_for_each() {
        let svg = of(&report((0..24).map(|hour| (format!("{hour:02}"), hour)).collect())).unwrap();
        assert!(svg.starts_with("<svg") && svg.matches("<rect").count() >= 24, "{svg}");
    }

    #[test]
    fn of_hostile_labels_escapes_them() {
        let svg = of(&report(vec![("<script>alert(1)</script>".to_owned(), 3)])).unwrap();
        assert!(!svg.contains("<script"), "{svg}");
    }

    #[test]
    fn of_nothing_is_none() {
        assert_eq!(of(&report(Vec::new())), None);
    }
}
