// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text exposition format 0.0.4.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats, "Text format details".
package struct ExpositionText: Sendable {
    package private(set) var text = ""

    package init() {}

    /// `# HELP` and `# TYPE` of a metric; its series follow.
    package mutating func begin(_ description: MetricDescription) {
        text += "# HELP \(description.name) "
        append(description.help, isQuoted: false)
        text += "\n# TYPE \(description.name) \(description.kind.word)\n"
    }

    /// A metric and all its values, sorted by their labels.
    package mutating func add(_ family: MetricFamily) {
        begin(family.description)
        for (values, value) in family.samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            add(family.description.name, family.description.labels, values, value)
        }
    }

    /// One series. `extra` is a label of the format itself: the bound of a bucket.
    package mutating func add(
        _ name: String, _ labels: [String], _ values: [String], extra: (name: String, value: String)? = nil,
        _ value: Double
    ) {
        text += name
        var separator = "{"
        for (label, value) in zip(labels, values) {
            text += "\(separator)\(label)=\""
            append(value, isQuoted: true)
            text += "\""
            separator = ","
        }
        if let extra {
            text += "\(separator)\(extra.name)=\"\(extra.value)\""
            separator = ","
        }
        text += separator == "{" ? " " : "} "
        text += Self.number(value)
        text += "\n"
    }

    /// A value as the format writes it.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private mutating func append(_ value: String, isQuoted: Bool) {
        let isPlain = value.utf8.allSatisfy {
            $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\"")
        }
        if isPlain {
            text += value
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where isQuoted: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// A label value made of what others wrote.
package enum LabelValue {
    /// Bytes of the longest value; Prometheus itself has no bound, its users' disks do.
    package static let maximumBytes = 256

    /// Without control characters, and cut. To be applied before series are merged, so that what becomes the same is one.
    package static func clean(_ text: String) -> String {
        if text.utf8.count <= maximumBytes, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
        var result = ""
        var bytes = 0
        for scalar in text.unicodeScalars {
            let kept: Unicode.Scalar = isControl(scalar) ? "\u{FFFD}" : scalar
            bytes += UTF8.width(kept)
            if bytes > maximumBytes { break }
            result.unicodeScalars.append(kept)
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: true
        default: false
        }
    }
}
