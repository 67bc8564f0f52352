// SPDX-License-Identifier: Apache-2.0

/// Which tags of a repository are candidates, and which of two is the newer one.
package struct TagPolicy: Hashable, Sendable {
    /// What makes one tag newer than another.
    package enum Order: Hashable, Sendable {
        /// Semantic versions, of a range if there is one.
        case semanticVersion(VersionRange?)
        /// Versions that begin with a year.
        case calendarVersion
        /// Numbers of any length, with a fraction or without.
        case numerical
        /// The bytes of the text.
        case alphabetical
        /// No tag is newer than another: a tag is watched for new content.
        case digest
    }

    package var order: Order
    /// A tag must match one of them, if there are any.
    package var include: [String]
    /// A tag must match none of them; this decides against `include`.
    package var exclude: [String]
    /// What of the tag is compared, in place of all: the group named `version`, else the first group, else the match.
    package var extract: String?

    package init(_ order: Order, include: [String] = [], exclude: [String] = [], extract: String? = nil) {
        self.order = order
        self.include = include
        self.exclude = exclude
        self.extract = extract
    }

    /// The longest tag that there can be (OCI distribution specification 1.1, "Pulling manifests").
    package static let tagLimit = 128
    /// The most patterns of one list.
    package static let patternLimit = 32
}

/// Why a policy cannot be followed: where, what is there, and what to write instead.
package struct TagPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Within the policy: `tags.include[0]`.
    package let path: String
    package let explanation: String

    package var description: String { "\(path): \(explanation)" }

    init(_ path: String, _ explanation: String) {
        self.path = path
        self.explanation = explanation
    }

    init(_ path: String, _ value: String, _ explanation: String) {
        self.init(path, "\(quoted(value)) \(explanation)")
    }
}

/// Why a tag is no candidate. The raw value is what status and answers say.
package enum TagRejection: String, Hashable, Sendable, CaseIterable {
    /// Not `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`, or a digest that the registry lists among the tags.
    case notATag = "NotATag"
    /// Made by a tool beside an image: `sha256-….sig`, `.att`, `.sbom`.
    case artifact = "Artifact"
    case notIncluded = "NotIncluded"
    case excluded = "Excluded"
    /// `extract` finds nothing in it.
    case notExtracted = "NotExtracted"
    /// Not what the policy's order compares.
    case notAVersion = "NotAVersion"
    /// On the way to a release, and the policy does not ask for such.
    case preRelease = "PreRelease"
    case outOfRange = "OutOfRange"
    /// Of another flavour than what runs: `1.2.3-alpine` beside `1.2.3`.
    case otherFlavour = "OtherFlavour"
    /// Acceptable, but not newer than what runs.
    case notNewer = "NotNewer"
}

extension TagPolicy.Order {
    /// The names that specs use.
    package static let types = ["SemVer", "CalVer", "Numerical", "Alphabetical", "Digest"]

    /// An order as a spec names it.
    package init(type: String, range: String?) throws(TagPolicyError) {
        guard type == "SemVer" || range == nil else {
            throw TagPolicyError("range", "is for SemVer only; remove it, or write type: SemVer")
        }
        switch type {
        case "SemVer":
            do throws(VersionRange.Problem) {
                self = .semanticVersion(
                    try range.map { (text) throws(VersionRange.Problem) in try VersionRange(parsing: text) })
            } catch {
                throw TagPolicyError("range", quoted(range ?? "") + ": " + error.explanation)
            }
        case "CalVer": self = .calendarVersion
        case "Numerical": self = .numerical
        case "Alphabetical": self = .alphabetical
        case "Digest": self = .digest
        default: throw TagPolicyError("type", type, "is none; write \(Self.types.joined(separator: ", "))")
        }
    }
}
