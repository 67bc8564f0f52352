// SPDX-License-Identifier: Apache-2.0

/// Why a document could not be read: where, and what was found instead.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The member that was being read, as in `spec.containers[3].image`; empty for the document itself.
    package var path: String
    /// Bytes from the start of the buffer.
    package var offset: Int
    /// For people, without the position: `expected a string, found a number`.
    package var reason: String

    package init(path: String = "", offset: Int, reason: String) {
        self.path = path
        self.offset = offset
        self.reason = reason
    }

    package var description: String {
        path.isEmpty ? "\(reason) (at byte \(offset))" : "\(path): \(reason) (at byte \(offset))"
    }

    private static let longestPath = 512
    private static let longestName = 64

    /// The same error seen from the object that holds `member`. Names are quoted unless they are plain, and capped.
    package func inMember(_ member: String) -> JSONError {
        let plain = !member.isEmpty && member.utf8.allSatisfy(Self.isPlain) && member.utf8.count <= Self.longestName
        return below(plain ? member : "[\"\(Self.escaped(member))\"]")
    }

    /// The same error seen from the array whose element `index` was being read.
    package func inElement(_ index: Int) -> JSONError { below("[\(index)]") }

    private func below(_ step: String) -> JSONError {
        var error = self
        if path.isEmpty {
            error.path = step
        } else if path.utf8.count > Self.longestPath {
            // The inner end of a path says more than the outer one.
            if !path.hasPrefix("…") { error.path = "…" + path }
        } else {
            error.path = path.hasPrefix("[") ? step + path : step + "." + path
        }
        return error
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "$"):
            true
        default: false
        }
    }

    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars.prefix(longestName) { text += scalar.escaped(asASCII: false) }
        return name.unicodeScalars.dropFirst(longestName).isEmpty ? text : text + "…"
    }
}
