// SPDX-License-Identifier: Apache-2.0
import Essentials
import Machines
import Planning

/// Which questions hints concern, when they are asked again for one, and whether hints can be relied on.
struct HintBook {
    private var machine = HintMachine<HintedRepository>()
    /// What is wanted of each repository, under the name that images have for it.
    private var questions: [HintedRepository: Set<AnyQuestion>] = [:]
    /// The same repositories by their paths: a sender may not know our name of its registry.
    private var names: [String: Set<HintedRepository>] = [:]
    /// When the latest hint came for each repository whose hints arrive.
    private var latest: [HintedRepository: Timestamp] = [:]

    func questions(of repository: HintedRepository) -> Set<AnyQuestion> { questions[repository] ?? [] }

    mutating func wanted(_ question: AnyQuestion) {
        guard let repository = question.question.hintedBy else { return }
        questions[repository, default: []].insert(question)
        names[repository.path, default: []].insert(repository)
    }

    /// Nobody wants it any more; returns a repository that nobody asks about any more.
    mutating func dropped(_ question: AnyQuestion) -> HintedRepository? {
        guard let repository = question.question.hintedBy else { return nil }
        questions[repository]?.remove(question)
        guard questions[repository]?.isEmpty == true else { return nil }
        questions[repository] = nil
        names[repository.path]?.remove(repository)
        if names[repository.path]?.isEmpty == true { names[repository.path] = nil }
        return latest.removeValue(forKey: repository) == nil ? nil : repository
    }

    /// A hint came: what follows, and which repositories are known from now on to be hinted at.
    mutating func hinted(
        _ hint: HintedRepository, at time: Timestamp, now: Instant
    ) -> (effects: [HintMachine<HintedRepository>.Effect], healthy: [HintedRepository]) {
        var effects: [HintMachine<HintedRepository>.Effect] = []
        var healthy: [HintedRepository] = []
        let repositories = (names[hint.path] ?? []).filter(hint.names).sorted {
            ($0.registry ?? "") < ($1.registry ?? "")
        }
        // A sender that does not name its registry vouches for none where several have such a repository.
        let isUnmistakable = repositories.count == 1
        for repository in repositories {
            if isUnmistakable, latest.updateValue(time, forKey: repository) == nil { healthy.append(repository) }
            effects += machine.hinted(repository, now: now)
        }
        return (effects, healthy)
    }

    mutating func timerFired(now: Instant) -> [HintMachine<HintedRepository>.Effect] { machine.timerFired(now: now) }

    /// An answer is another than the one that was asked for at that time. Returns the repository if no hint has come since: its
    /// hints cannot be relied on until the next one comes.
    mutating func changed(_ question: any FactQuestion, since asked: Timestamp) -> HintedRepository? {
        guard let repository = question.hintedBy, let time = latest[repository], time < asked else { return nil }
        latest[repository] = nil
        return repository
    }
}
