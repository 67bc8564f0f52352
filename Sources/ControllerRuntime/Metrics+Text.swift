// SPDX-License-Identifier: Apache-2.0
import Exposition
import Synchronization

extension Metrics {
    /// All series in the Prometheus text exposition format 0.0.4, families and series sorted by name.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ExpositionText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let labels = family.description.labels
            text.begin(family.description)
            for (values, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                switch family.description.kind {
                case .counter, .gauge: text.add(name, labels, values, series.value)
                case .histogram(let bounds):
                    for (bound, count) in zip(bounds, series.buckets) {
                        let bound = ExpositionText.number(bound)
                        text.add("\(name)_bucket", labels, values, extra: ("le", bound), Double(count))
                    }
                    text.add("\(name)_bucket", labels, values, extra: ("le", "+Inf"), Double(series.count))
                    text.add("\(name)_sum", labels, values, series.value)
                    text.add("\(name)_count", labels, values, Double(series.count))
                }
            }
        }
        return text.text
    }
}
