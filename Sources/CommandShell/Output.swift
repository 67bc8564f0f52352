// SPDX-License-Identifier: Apache-2.0

/// Where a command's words go.
package struct Output: Sendable {
    /// Standard output is a terminal that shows colours.
    package var isColoured: Bool
    /// Writes to standard output, as it stands.
    package var write: @Sendable (String) -> Void
    /// Writes a line to standard error.
    package var note: @Sendable (String) -> Void
    /// Shows a line that the next one replaces, nil takes it away; nothing where standard error is no terminal.
    package var progress: @Sendable (String?) -> Void

    package init(
        isColoured: Bool, write: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (String?) -> Void
    ) {
        self.isColoured = isColoured
        self.write = write
        self.note = note
        self.progress = progress
    }
}
