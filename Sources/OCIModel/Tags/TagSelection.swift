// SPDX-License-Identifier: Apache-2.0

/// What a policy makes of a repository's tags.
package struct TagSelection: Hashable, Sendable {
    /// The best acceptable tags, the best first; the first `newer` of them (or all, if there are fewer) are newer than what runs.
    package var ranked: [String] = []
    /// Further tags in `ranked` that mean the same version as its first: `v1.2` beside `1.2.0`.
    package var ties: [String] = []
    /// How many tags the policy accepts.
    package var acceptable = 0
    /// How many of them are newer than what runs; 0 where nothing runs or it cannot be compared.
    package var newer = 0
    /// Why the tag that runs cannot be compared; nil where it can, or where none runs.
    package var obstacle: TagRejection?
    package var rejected: [TagRejection: Int] = [:]

    package init() {}

    /// The best tags that are newer than what runs.
    package var candidates: ArraySlice<String> { ranked.prefix(newer) }
}
