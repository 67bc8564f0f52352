// SPDX-License-Identifier: Apache-2.0

/// A metric with its values at one moment: gauges and counters, one value for each combination of labels.
package struct MetricFamily: Sendable {
    package let description: MetricDescription
    /// By label values, in the order of `description.labels`; no combination is there twice, whatever it is made from.
    package private(set) var samples: [[String]: Double] = [:]

    package init(_ description: MetricDescription) { self.description = description }

    /// A metric without labels.
    package init(_ description: MetricDescription, value: Double) {
        self.description = description
        samples[[]] = value
    }

    /// Sets the value of one series.
    package mutating func set(_ value: Double, _ labels: [String]) {
        guard labels.count == description.labels.count else { return }
        samples[labels] = value
    }

    /// The same values under another name.
    package func copy(as description: MetricDescription) -> MetricFamily {
        var copy = MetricFamily(description)
        copy.samples = samples
        return copy
    }
}
