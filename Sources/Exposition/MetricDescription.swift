// SPDX-License-Identifier: Apache-2.0

/// One metric as the exposition format describes it.
package struct MetricDescription: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case counter
        case gauge
        /// Upper bounds of the buckets in the metric's unit, ascending, without `+Inf`.
        case histogram([Double])

        /// As `# TYPE` writes it.
        package var word: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// With unit and, for counters, `_total`.
    package var name: String
    package var help: String
    package var kind: Kind
    /// Label names, in the order in which values are given.
    package var labels: [String]

    package init(_ name: String, _ kind: Kind, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}
