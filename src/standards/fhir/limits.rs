//! How large a document may be before it is refused.

/// Bounds on one document. The size in bytes is the surface's business: it is
/// known before the first byte is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Deepest nesting of objects and arrays. The deepest published BaRS example uses 12.
    pub depth: usize,
    /// Most values (objects, arrays and scalars together) in one document.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: 64,
            nodes: 200_000,
        }
    }
}
