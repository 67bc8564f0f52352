// SPDX-License-Identifier: Apache-2.0

/// Why a text is not YAML that we read, and where; line and column count from 1.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    package let problem: String
    package let line: Int
    package let column: Int

    package init(_ problem: String, line: Int, column: Int) {
        self.problem = problem
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column): \(problem)" }
}

/// What a YAML text may cost; aliases count as what they stand for.
package struct YAMLLimits: Sendable, Equatable {
    /// Bytes of the text.
    package var bytes: Int
    /// Nodes of all documents together, aliases expanded.
    package var nodes: Int
    /// Bytes of all scalars together, aliases expanded.
    package var expandedBytes: Int
    /// Collections inside collections.
    package var depth: Int

    package init(bytes: Int, nodes: Int, expandedBytes: Int, depth: Int) {
        self.bytes = bytes
        self.nodes = nodes
        self.expandedBytes = expandedBytes
        self.depth = depth
    }

    /// 1 MiB, 100,000 nodes, 4 MiB expanded, 64 deep.
    package static let standard = YAMLLimits(bytes: 1 << 20, nodes: 100_000, expandedBytes: 4 << 20, depth: 64)
}
