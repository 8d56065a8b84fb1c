//! Text in columns.

/// Columns as wide as their longest cell; the last one is not filled up.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// One thing, or so many.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a", "größe", "x"], ["bcd", "", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    größe  x\nbcd\n");
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!((count(1, "API"), count(0, "API")), ("1 API".into(), "0 APIs".into()));
    }
}
