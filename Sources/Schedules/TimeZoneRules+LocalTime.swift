// SPDX-License-Identifier: Apache-2.0
import Essentials

/// The instants at which a zone's clock shows a local time.
package enum LocalInstants: Hashable, Sendable {
    case one(Timestamp)
    /// The clock was put back: it shows the time twice.
    case two(Timestamp, Timestamp)
    /// The clock was put forward over the time, at this instant.
    case none(gapEnd: Timestamp)
}

extension TimeZoneRules {
    /// The instants at which the clock shows `hour`:`minute` of `date`.
    package func instants(of date: CivilDate, hour: Int, minute: Int) -> LocalInstants {
        let local = date.daysSinceEpoch * 86_400 + Int64(hour) * 3_600 + Int64(minute) * 60
        let found = instants(ofLocalSeconds: local).map(Timestamp.init(secondsSinceEpoch:))
        if let first = found.first, let last = found.last { return first == last ? .one(first) : .two(first, last) }
        return .none(gapEnd: Timestamp(secondsSinceEpoch: gapEnd(aroundLocalSeconds: local)))
    }

    /// The first instant at which the clock shows a local time (seconds since 1970-01-01T00:00:00 as it shows them), or the end
    /// of the gap over which it was put forward. A later local time never gives an earlier instant.
    func firstInstant(ofLocalSeconds local: Int64) -> Int64 {
        instants(ofLocalSeconds: local).first ?? gapEnd(aroundLocalSeconds: local)
    }

    /// No clock is further from UTC than this, so it is no further from any instant that a local time may be.
    private static let farthest: Int64 = 26 * 3_600

    private func instants(ofLocalSeconds local: Int64) -> [Int64] {
        var found: [Int64] = []
        var period = period(atSeconds: local - Self.farthest)
        while true {
            let instant = local - Int64(period.offset)
            if instant >= period.start, instant < period.end { found.append(instant) }
            if period.end > local + Self.farthest { return found }
            period = self.period(atSeconds: period.end)
        }
    }

    private func gapEnd(aroundLocalSeconds local: Int64) -> Int64 {
        var period = period(atSeconds: local - Self.farthest)
        while local >= period.end.addingReportingOverflow(Int64(period.offset)).partialValue, period.end < .max {
            let next = self.period(atSeconds: period.end)
            if local < next.start + Int64(next.offset) { return next.start }
            period = next
        }
        return local - Int64(period.offset)
    }
}
