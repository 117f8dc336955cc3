//! A printed access matrix, read back.

/// A cell of a matrix: what somebody is answered at a route.
#[derive(Debug)]
pub struct Cell {
    /// The method.
    pub method: String,
    /// The path, with its parameters.
    pub path: String,
    /// The name of the caller.
    pub caller: String,
    /// The word of the verdict.
    pub verdict: String,
}

impl Cell {
    /// Whether the verdict lets a service answer so.
    pub fn admits(&self, status: u16) -> bool {
        let is_in = ![401, 403, 404].contains(&status);
        match self.verdict.as_str() {
            "allowed" => is_in,
            "denied" => [403, 404].contains(&status),
            "depends" => is_in || [403, 404].contains(&status),
            number => status.to_string() == number,
        }
    }
}

/// Reads the cells of an aligned matrix.
pub fn cells(matrix: &str) -> Vec<Cell> {
    let mut rows = matrix.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    assert_eq!(header[..2], ["METHOD", "PATH"]);
    let mut cells = Vec::new();
    for row in rows {
        assert_eq!(row.len(), header.len(), "{row:?}");
        let [methods, path] = [row[0], row[1]];
        for method in methods.split(',') {
            cells.extend(header.iter().zip(&row).skip(2).map(|(caller, verdict)| Cell {
                method: method.to_owned(),
                path: path.to_owned(),
                caller: (*caller).to_owned(),
                verdict: (*verdict).to_owned(),
            }));
        }
    }
    cells
}
