// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel

extension Filter {
    /// What a policy makes of a repository's tags.
    static let tags = Filter(
        "tags", "Which tags of a repository are newer than the one that runs, the best first.",
        input: [
            Member("type", "string", "`SemVer`, `CalVer`, `Numerical`, `Alphabetical` or `Digest`.", isRequired: true),
            Member("range", "string", "With `SemVer`: the versions that are acceptable."),
            Member("include", "strings", "Patterns (RE2): a tag must match one of them, if there are any."),
            Member("exclude", "strings", "Patterns: a tag must match none of them."),
            Member(
                "extract", "string",
                "A pattern: what its group `version`, else its first group, else the whole matches is compared in place of the tag."
            ),
            Member("tags", "strings", "As the registry lists them, good and bad.", isRequired: true),
            Member("running", "string", "The tag of what runs."),
            Member("limit", "integer", "How many tags `ranked` shows, 1 to 1,000; 5 where it is absent."),
        ],
        output: [
            Member("ranked", "strings", "The best acceptable tags, the best first."),
            Member(
                "newer", "integer", "How many acceptable tags are newer than what runs; they are the first of `ranked`."
            ),
            Member("acceptable", "integer", "How many tags the policy accepts."),
            Member("ties", "strings", "Tags of `ranked` that mean the same version as its first."),
            Member("rejected", "object", "How many tags are no candidates, by reason."),
            Member(
                "obstacle", "string", "Why what runs cannot be compared; absent where it can. Then nothing is newer."),
        ],
        examples: [
            [
                "type": "SemVer", "range": ">=1.2 <2", "running": "1.25.3", "exclude": ["debug"],
                "tags": [
                    "1.25.3", "1.26.0", "v1.26.0", "1.27.0-rc.1", "1.27.0-alpine", "2.0.0", "1.26.1-debug", "latest",
                    "1",
                    "1.2.0", "a b", .string("sha256-" + String(repeating: "0", count: 64) + ".sig"),
                ],
            ],
            [
                "type": "SemVer", "running": "1.25.3-alpine3.18",
                "tags": ["1.25.3-alpine3.9", "1.25.3-alpine3.19", "1.26.0", "1.26.0-slim"],
            ],
            [
                "type": "Numerical", "extract": "^main-[0-9a-f]+-(?P<version>[0-9]+)$", "running": "main-0c1-9",
                "tags": ["main-4a7-10", "main-b2e-9", "feature-77-11"],
            ],
            ["type": "SemVer", "running": "latest", "tags": ["1.0.0"]],
            ["type": "SemVer", "range": "1x", "tags": []],
        ],
        notes: notes
    ) { (input) throws(FilterError) in
        let policy = try policy(input)
        let selector: TagSelector
        do throws(TagPolicyError) { selector = try TagSelector(policy) } catch { throw FilterError(error.description) }
        let selection = selector.select(
            from: try input.strings("tags"), running: input.has("running") ? try input.string("running") : nil,
            limit: try input.integer("limit", in: 1...1_000, default: 5))
        let rejected = selection.rejected.map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
        return .compact([
            "ranked": .strings(selection.ranked), "newer": .integer(Int64(selection.newer)),
            "acceptable": .integer(Int64(selection.acceptable)), "ties": .strings(selection.ties),
            "rejected": .object(Dictionary(rejected, uniquingKeysWith: { first, _ in first })),
            "obstacle": selection.obstacle.map { .string($0.rawValue) },
        ])
    }

    private static func policy(_ input: FilterInput) throws(FilterError) -> TagPolicy {
        let type = try input.string("type")
        let range = input.has("range") ? try input.string("range") : nil
        let order: TagPolicy.Order
        do throws(TagPolicyError) { order = try TagPolicy.Order(type: type, range: range) } catch {
            throw FilterError(error.description)
        }
        return TagPolicy(
            order, include: try input.optionalStrings("include"), exclude: try input.optionalStrings("exclude"),
            extract: input.has("extract") ? try input.string("extract") : nil)
    }

    private static let notes = """
        The order is total, whatever the sequence of the list:

        1. The version. `SemVer`: Semantic Versioning 2.0.0, with `v` in front or not, one to three numbers of any length without \
        leading zeros; one number alone counts only where what runs is written so, too. `CalVer`: a year of four digits or two, then \
        numbers behind `.`, `-` or `_`; six, eight, twelve or fourteen digits that make a date are taken apart. `Numerical`: digits, \
        with a fraction or not. `Alphabetical`: the bytes.
        2. The tag that is written like the running one: with `v` or not, with as many numbers.
        3. The tag with more numbers; then the one without `v`; then the one with the greater bytes.

        A version's suffix is a pre-release when it begins with a digit or a word for a stage (`alpha`, `beta`, `rc`, `dev`, `snapshot`, …), \
        else a flavour. Where a flavour runs, candidates have the same one, apart from the numbers in it, and those decide as \
        numbers (`-alpine3.19` after `-alpine3.9`). Elsewhere flavours are left out, and pre-releases too, unless the range names one or \
        what runs is one of the same numbers.

        A range has comparators `= != > >= < <= ~ ^`, versions with open ends (`1.2`, `1.x`, `*`), `1.2 - 1.4`, and `||`. A pre-release is in \
        it when a comparator of the same group names a pre-release (`>=1.0.0-0`); an upper bound that names none leaves the \
        pre-releases of its own version out.

        Reasons: \(TagRejection.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

        `e2e/oracles/tags.py` (scenario `tags`) compares this filter on random input with Masterminds/semver 3.2.0 (Flux, Argo CD), Python's \
        `semver`, `packaging` and `google-re2`. What is decided otherwise than elsewhere stands in <doc:0006-which-tag-is-newer>.
        """
}
