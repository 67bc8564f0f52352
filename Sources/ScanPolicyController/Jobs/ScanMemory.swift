// SPDX-License-Identifier: Apache-2.0
import CustomResources

/// How much memory a scan gets: the limit of its Pod, and twice as much after each time that it was not enough, up to the cap.
struct ScanMemory: Equatable {
    /// The limit that the configuration, or the policy, names; nil when there is none, and then nothing is learned.
    let limit: Int64?
    let cap: Int64

    init(_ configuration: OperatorConfiguration, _ realm: Realm, _ settings: WorkloadJobSettings) {
        let own = realm == .operator ? nil : settings.resources?.limits
        limit =
            (own?["memory"] ?? (own == nil ? configuration.scanPod.limits["memory"].map(Quantity.init) : nil))?.units
        cap = Quantity(configuration.scanPod.maximumMemory).units ?? 0
    }

    /// What to try after `used` bytes were too little; nil when there is no more.
    func next(after used: Int64) -> Int64? {
        let more = min(used.multipliedReportingOverflow(by: 2).overflow ? .max : used * 2, cap)
        return more > used ? more : nil
    }

    /// What a unit gets beyond `limit`: what was learned from running out, or from the peak of its latest scan, of which
    /// an eighth must stay free. Nil when the limit is enough.
    func raised(learned: Int64?, peak: Int64?) -> Int64? {
        guard let limit, limit > 0 else { return nil }
        var size = max(limit, min(learned ?? 0, cap))
        while let peak, peak > size - size / 8, let more = next(after: size) { size = more }
        return size > limit ? size : nil
    }
}
