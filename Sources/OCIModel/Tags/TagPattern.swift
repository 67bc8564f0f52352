// SPDX-License-Identifier: Apache-2.0
import CRE2

/// A regular expression that is looked for anywhere in a tag, in time linear in the tag's length whatever the expression is.
///
/// Syntax: RE2, which is Go's; what Diun and Flux accept means the same here. It is compiled, so it is made where it is
/// used and not kept in values.
package final class TagPattern {
    /// Longest expression that is looked at.
    package static let textLimit = 512
    /// What the expression's program and automata may take, in bytes.
    private static let memoryLimit: Int64 = 1 << 20

    private let compiled: OpaquePointer
    /// The group that `extract` gives: the one named `version`, or the first, or all.
    private let group: Int32

    /// Why a text is no pattern, for people.
    package struct Problem: Error, Hashable, Sendable {
        package let explanation: String
    }

    package init(_ text: String) throws(Problem) {
        guard !text.isEmpty else { throw Problem(explanation: "is empty, which would match every tag; remove it") }
        guard text.utf8.count <= Self.textLimit else {
            throw Problem(explanation: "is longer than \(Self.textLimit) bytes; shorten it")
        }
        var text = text
        var reason = ""
        let size = 160
        let compiled = text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
                buffer.initialize(repeating: 0)
                let pattern = bytes.withMemoryRebound(to: CChar.self) {
                    cre2_compile($0.baseAddress, $0.count, Self.memoryLimit, buffer.baseAddress, size)
                }
                if pattern == nil {
                    let message = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                    // RE2 repeats parts of the expression, whatever is in them.
                    reason = String(decoding: message, as: UTF8.self).unicodeScalars
                        .map { (0x20...0x7E).contains($0.value) ? String($0) : $0.escaped(asASCII: true) }.joined()
                }
                return pattern
            }
        }
        guard let compiled else {
            throw Problem(explanation: "is no RE2 expression: \(reason.isEmpty ? "out of memory" : reason); correct it")
        }
        self.compiled = compiled
        let named = cre2_group_named(compiled, "version")
        group = named >= 0 ? named : min(cre2_group_count(compiled), 1)
    }

    deinit { cre2_free(compiled) }

    /// Whether the expression occurs in the text. Nothing occurs in a text longer than a tag can be.
    package func matches(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty, text.count <= TagPolicy.tagLimit else { return false }
        return text.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cre2_matches(compiled, $0.baseAddress, $0.count) == 1 }
        }
    }

    /// What the group named `version`, or else the first, or else the whole expression matched; nil for nothing.
    package func extract(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !text.isEmpty, text.count <= TagPolicy.tagLimit else { return nil }
        var start = 0
        var end = 0
        let isFound = text.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cre2_search(compiled, $0.baseAddress, $0.count, group, &start, &end) == 1
            }
        }
        guard isFound, start >= 0, end > start else { return nil }
        return text[(text.startIndex + start)..<(text.startIndex + end)]
    }
}
