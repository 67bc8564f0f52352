// SPDX-License-Identifier: Apache-2.0
import OCIModel

extension ScanReport {
    /// `sha256-<20 hexadecimal digits>-<os>-<architecture>[-<variant>]`: a valid object name whatever a node says it is.
    package static func name(_ digest: Digest, _ platform: Platform) -> String {
        let parts = [platform.os, platform.architecture] + (platform.variant.map { [$0] } ?? [])
        return "\(digest.algorithm.rawValue)-\(digest.hex.prefix(20))-" + parts.map(nameSafe).joined(separator: "-")
    }

    /// The labels that reports are found by; values that are no label values are made so, and cut.
    package static func labels(for reference: ImageReference) -> [String: String] {
        var labels = [
            "app.kubernetes.io/managed-by": "watchbill",
            "watchbill.dev/repository": labelSafe(reference.name),
        ]
        if let tag = reference.effectiveTag { labels["watchbill.dev/tag"] = labelSafe(tag) }
        return labels
    }

    /// A label value: whatever may not stand there becomes `_`; of a long one the end is kept, which says most.
    package static func labelSafe(_ text: String) -> String {
        let bytes = text.utf8.map { isLabelByte($0) ? $0 : UInt8(ascii: "_") }.suffix(63)
        let trimmed = bytes.drop { !isAlphanumeric($0) }.reversed().drop { !isAlphanumeric($0) }.reversed()
        return String(decoding: Array(trimmed), as: UTF8.self)
    }

    private static func nameSafe(_ text: String) -> String {
        let bytes = text.lowercased().utf8.filter(isAlphanumeric).prefix(16)
        return bytes.isEmpty ? "unknown" : String(decoding: bytes, as: UTF8.self)
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
