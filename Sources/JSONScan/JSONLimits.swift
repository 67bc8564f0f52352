// SPDX-License-Identifier: Apache-2.0

/// What a document may cost before it is refused. Every limit is an error with a path, never a trap.
package struct JSONLimits: Sendable, Equatable {
    /// The deepest nesting any limit allows: above it a recursive reader would need too much stack.
    package static let deepest = 512

    /// Objects and arrays inside each other, skipped ones included; at most `deepest`.
    package var maximumDepth: Int
    /// The size of a document in bytes.
    package var maximumBytes: Int
    /// How many values `readValue` makes of one document (a value costs some 50 bytes, whatever it took in the text).
    package var maximumValues: Int

    package static let `default` = JSONLimits()

    package init(maximumDepth: Int = 512, maximumBytes: Int = 1 << 30, maximumValues: Int = 4_000_000) {
        self.maximumDepth = min(max(maximumDepth, 0), Self.deepest)
        self.maximumBytes = max(maximumBytes, 0)
        self.maximumValues = max(maximumValues, 0)
    }
}
