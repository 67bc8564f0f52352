// SPDX-License-Identifier: Apache-2.0

/// What a registry's answer says about how much more it will answer.
package struct RateLimit: Hashable, Sendable {
    /// Requests that count in one window; Docker Hub counts each GET of a manifest.
    package var limit: Int
    package var remaining: Int
    package var window: Duration

    /// `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`, as Docker Hub sends them.
    package init?(_ response: RegistryResponse) {
        guard let (limit, window) = Self.read(response.header("ratelimit-limit")),
            let (remaining, other) = Self.read(response.header("ratelimit-remaining")), limit > 0
        else { return nil }
        self.limit = limit
        self.remaining = min(remaining, limit)
        self.window = max(window ?? other ?? .seconds(3_600), .seconds(1))
    }

    private static func read(_ text: String?) -> (count: Int, window: Duration?)? {
        guard let text, text.utf8.count <= 64 else { return nil }
        let parts = text.split(separator: ";")
        guard let first = parts.first, let count = Int(first.filter { $0 != " " }), (0...10_000_000).contains(count)
        else { return nil }
        let seconds = parts.dropFirst().lazy.map { $0.filter { $0 != " " } }.first { $0.hasPrefix("w=") }
            .flatMap { Int($0.dropFirst(2)) }
        return (count, seconds.flatMap { (1...2_678_400).contains($0) ? .seconds($0) : nil })
    }
}

/// How long a registry asks us to wait: seconds, or a date that is measured by the answer's own `Date`.
package enum RetryAfter {
    /// No registry makes us wait longer.
    package static let longest = Duration.seconds(86_400)

    package static func wait(_ response: RegistryResponse) -> Duration? {
        response.header("retry-after").flatMap { wait($0, date: response.header("date")) }
    }

    /// - Parameter date: the header `Date` of the same answer.
    package static func wait(_ text: String, date: String?) -> Duration? {
        guard (1...64).contains(text.utf8.count) else { return nil }
        if text.utf8.allSatisfy(\.isDigit) {
            return Int(text).map { .seconds(min($0, 86_400)) } ?? longest
        }
        guard let then = HTTPDate.seconds(text), let now = date.flatMap(HTTPDate.seconds) else {
            return nil
        }
        return .seconds(max(0, min(then - now, 86_400)))
    }
}

/// The one form of a date that servers are to send (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since 1970, nil for any other text.
    static func seconds(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT", let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]), (1970...9999).contains(year),
            (1...31).contains(day)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        return days(year, month + 1, day) * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
    }

    /// Days from 1970-01-01 in the Gregorian calendar, by counting years from March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
