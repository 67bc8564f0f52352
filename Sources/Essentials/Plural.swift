// SPDX-License-Identifier: Apache-2.0

/// Numbers in sentences: the one place that knows when a noun has an s.
package enum Plural {
    /// `1 image`, `0 images`, `2 vulnerabilities`
    ///
    /// - Parameter many: the noun behind every other number than 1; nil for `one` with an s.
    package static func of(_ number: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    /// `1 of 3 images`, `1 of 1 image`
    package static func part(
        _ number: some BinaryInteger, of total: some BinaryInteger, _ one: String, _ many: String? = nil
    ) -> String {
        "\(number) of \(of(total, one, many))"
    }

    /// The verb behind a number: `waits`, `wait`.
    package static func verb(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
        number == 1 ? one : many
    }
}
