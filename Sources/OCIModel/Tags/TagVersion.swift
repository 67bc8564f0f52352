// SPDX-License-Identifier: Apache-2.0

/// What a policy compares of a tag.
enum TagVersion: Hashable, Sendable {
    case semantic(SemanticVersion)
    case calendar(CalendarVersion)
    case number(DecimalNumber)
    case text(ArraySlice<UInt8>)

    /// Nil for what the order does not compare.
    init?(_ text: ArraySlice<UInt8>, _ order: TagPolicy.Order) {
        switch order {
        case .semanticVersion:
            guard let version = SemanticVersion(text) else { return nil }
            self = .semantic(version)
        case .calendarVersion:
            guard let version = CalendarVersion(text) else { return nil }
            self = .calendar(version)
        case .numerical:
            guard let number = DecimalNumber(text) else { return nil }
            self = .number(number)
        case .alphabetical: self = .text(text)
        case .digest: return nil
        }
    }

    var suffix: VersionSuffix {
        switch self {
        case .semantic(let version): version.suffix
        case .calendar(let version): version.suffix
        case .number, .text: .none
        }
    }

    var spelling: VersionSpelling? {
        switch self {
        case .semantic(let version): version.spelling
        case .calendar(let version): version.spelling
        case .number, .text: nil
        }
    }

    /// Which of two versions of the same order is the newer. Suffixes are compared by SemVer's rule, or, where all are of one
    /// flavour, by their numbers; never both ways within one list, which would be no order.
    static func compare(_ left: TagVersion, _ right: TagVersion, ofOneFlavour: Bool) -> Ordering {
        switch (left, right) {
        case (.semantic(let left), .semantic(let right)):
            SemanticVersion.compareNumbers(left, right).then(compare(left.suffix, right.suffix, ofOneFlavour))
        case (.calendar(let left), .calendar(let right)):
            CalendarVersion.compareNumbers(left, right).then(compare(left.suffix, right.suffix, ofOneFlavour))
        case (.number(let left), .number(let right)): DecimalNumber.compare(left, right)
        case (.text(let left), .text(let right)): Ordering(bytes: left, right)
        default: .same
        }
    }

    private static func compare(_ left: VersionSuffix, _ right: VersionSuffix, _ ofOneFlavour: Bool) -> Ordering {
        ofOneFlavour
            ? VersionSuffix.flavourOrder(left, right) ?? .same : VersionSuffix.precedence(left, right)
    }
}
