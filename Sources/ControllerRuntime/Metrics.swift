// SPDX-License-Identifier: Apache-2.0
import Exposition
import Synchronization

/// The operator's own time series. The number of series is bounded; what does not fit is counted.
package final class Metrics: Sendable {
    struct Series {
        var value = 0.0
        var buckets: [UInt64] = []
        var count: UInt64 = 0
    }

    struct Family {
        var description: MetricDescription
        var series: [[String]: Series] = [:]
    }

    /// No metric has more label combinations than this.
    package static let maximumSeries = 1_000

    let families = Mutex<[String: Family]>([:])

    /// Every metric is known from the start; those without labels start at zero.
    package init(_ descriptions: [MetricDescription] = MetricCatalog.all) {
        families.withLock { families in
            for description in descriptions {
                var family = Family(description: description)
                if description.labels.isEmpty { family.series[[]] = Self.empty(description) }
                families[description.name] = family
            }
        }
    }

    /// Makes a labelled series exist at zero, so that rates can be computed from its first event on.
    package func initialize(_ metric: MetricDescription, _ labels: String...) {
        change(metric, labels) { _ in }
    }

    /// Adds to a counter or gauge.
    package func add(_ amount: Double = 1, to metric: MetricDescription, _ labels: String...) {
        change(metric, labels) { $0.value += amount }
    }

    /// Sets a gauge.
    package func set(_ metric: MetricDescription, _ labels: String..., to value: Double) {
        change(metric, labels) { $0.value = value }
    }

    /// Records one observation of a histogram.
    package func observe(_ value: Double, in metric: MetricDescription, _ labels: String...) {
        guard case .histogram(let bounds) = metric.kind else { return }
        change(metric, labels) { series in
            series.value += value
            series.count += 1
            for (index, bound) in bounds.enumerated() where value <= bound { series.buckets[index] += 1 }
        }
    }

    /// The current value of a counter or gauge; zero when it has none.
    package func value(_ metric: MetricDescription, _ labels: String...) -> Double {
        families.withLock { $0[metric.name]?.series[labels]?.value ?? 0 }
    }

    private func change(_ metric: MetricDescription, _ labels: [String], _ body: (inout Series) -> Void) {
        families.withLock { families in
            var family = families[metric.name] ?? Family(description: metric)
            families[metric.name] = nil
            if family.series[labels] == nil, family.series.count >= Self.maximumSeries {
                families[MetricCatalog.droppedSeries.name]?.series[[], default: Series()].value += 1
            } else {
                body(&family.series[labels, default: Self.empty(metric)])
            }
            families[metric.name] = family
        }
    }

    private static func empty(_ metric: MetricDescription) -> Series {
        guard case .histogram(let bounds) = metric.kind else { return Series() }
        return Series(buckets: Array(repeating: 0, count: bounds.count))
    }
}
