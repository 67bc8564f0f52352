// SPDX-License-Identifier: Apache-2.0
import Facts
import OCIModel
import Planning

/// What a policy makes of the tags of a repository. Lists can be long and patterns many, and nothing but a new list changes it.
struct TagChoice: Derivation {
    enum Tags: Hashable {
        /// As the registry listed them last.
        case listed(RepositoryTags)
        /// As a status remembers them.
        case remembered([String])
    }

    let tags: Tags
    let policy: TagPolicy
    /// The tag that runs.
    let running: String?

    /// How many of the newest tags are looked at; each may cost two requests, once.
    static let candidateLimit = 5

    struct Choice: Equatable {
        var selection = TagSelection()
        var holdsRunning = false
    }

    func value(in world: World) -> Choice {
        let tags: [String]
        switch self.tags {
        case .listed(let question): tags = world.fact(question).answer?.tags ?? []
        case .remembered(let known): tags = known
        }
        let selector: TagSelector
        // A policy is looked at before it is used; one that cannot be followed has no candidates.
        do throws(TagPolicyError) { selector = try TagSelector(policy) } catch { return Choice() }
        return Choice(
            selection: selector.select(from: tags, running: running, limit: Self.candidateLimit),
            holdsRunning: running.map(tags.contains) ?? false)
    }
}
