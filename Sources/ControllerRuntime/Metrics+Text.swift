// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension Metrics {
    /// The content type of `text()`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All series in the Prometheus text exposition format 0.0.4, families and series sorted by name.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(Self.escaped(family.description.help, quote: false))\n"
            text += "# TYPE \(name) \(family.description.kind.word)\n"
            for (values, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let labels = Array(zip(family.description.labels, values))
                switch family.description.kind {
                case .counter, .gauge: text += Self.line(name, labels, series.value)
                case .histogram(let bounds):
                    for (bound, count) in zip(bounds, series.buckets) {
                        text += Self.line("\(name)_bucket", labels + [("le", Self.number(bound))], Double(count))
                    }
                    text += Self.line("\(name)_bucket", labels + [("le", "+Inf")], Double(series.count))
                    text += Self.line("\(name)_sum", labels, series.value)
                    text += Self.line("\(name)_count", labels, Double(series.count))
                }
            }
        }
        return text
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: Double) -> String {
        guard !labels.isEmpty else { return "\(name) \(number(value))\n" }
        let pairs = labels.map { "\($0.0)=\"\(escaped($0.1, quote: true))\"" }.joined(separator: ",")
        return "\(name){\(pairs)} \(number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension MetricDescription.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
