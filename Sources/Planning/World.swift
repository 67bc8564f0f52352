// SPDX-License-Identifier: Apache-2.0
import CustomResources
import HashTreeCollections
import KubernetesModel

/// Everything a plan may look at: snapshots of the watched kinds, facts, and the operator's configuration.
///
/// It is one value, not one instant of the cluster: each kind lags by its own watch. "Not there" may mean "not seen yet".
package struct World: Sendable {
    package var configuration: OperatorConfiguration {
        get { settings.configuration }
        set { settings = Settings(configuration: newValue) }
    }
    private var settings: Settings
    private var snapshots: [ObjectIdentifier: any StampedParts] = [:]
    private var facts: TreeDictionary<AnyQuestion, StampedFact> = [:]
    /// What was derived from this world and from others that have the same parts.
    private var memo = Memo()
    /// Set while something is derived: what is read of this world is written down.
    private var record: ReadRecord?
    private(set) var factsStamp = Stamp.nothing

    private struct StampedFact: Sendable {
        var fact: any Sendable
        let stamp = Stamp()
    }

    /// In a box, because worlds are handed around and it is large.
    private final class Settings: Sendable {
        let configuration: OperatorConfiguration
        let stamp = Stamp()

        init(configuration: OperatorConfiguration) { self.configuration = configuration }
    }

    package init(configuration: OperatorConfiguration) { settings = Settings(configuration: configuration) }

    /// The snapshot of a kind; empty when the kind is not watched.
    package subscript<Object: KubernetesObject>(_ kind: Object.Type) -> Snapshot<Object> {
        get {
            let snapshot = snapshots[ObjectIdentifier(kind)] as? Snapshot<Object> ?? Snapshot()
            return record.map(snapshot.recording) ?? snapshot
        }
        set { snapshots[ObjectIdentifier(kind)] = newValue }
    }

    /// What is known of a question.
    package func fact<Question: FactQuestion>(_ question: Question) -> Fact<Question.Answer> {
        let asked = AnyQuestion(question)
        record?.note(asked, stamp(of: asked))
        return facts[asked]?.fact as? Fact<Question.Answer> ?? .unknown
    }

    /// Records what is known of a question.
    package mutating func set<Question: FactQuestion>(_ fact: Fact<Question.Answer>, for question: Question) {
        facts[AnyQuestion(question)] = StampedFact(fact: fact)
        factsStamp = Stamp()
    }

    /// Everything of which something is known.
    package var knownQuestions: [AnyQuestion] { Array(facts.keys) }

    /// Drops a question and its answer.
    package mutating func forget(_ question: AnyQuestion) {
        guard facts.removeValue(forKey: question) != nil else { return }
        factsStamp = Stamp()
    }
}

// MARK: What follows from parts of it

extension World {
    /// What a derivation comes to in this world: worked out, or what was worked out before from the same parts.
    package func derived<D: Derivation>(_ derivation: D) -> Derived<D.Value> {
        guard let record else { return known(derivation).value }
        var world = self
        world.record = nil
        let (value, reads) = world.known(derivation)
        // What reads nothing is the same in every world.
        if !reads.isEmpty { record.note(derivation, value.stamp) }
        return value
    }

    private func known<D: Derivation>(_ derivation: D) -> (value: Derived<D.Value>, reads: Reads) {
        if let known = memo.known(derivation, in: self) { return known }
        var view = self
        let reader = ReadRecord(of: self)
        view.record = reader
        let value = derivation.value(in: view)
        let reads = reader.reads
        return (memo.keep(value, reads, of: derivation), reads)
    }

    /// Every question whose answer is looked at while something is made of this world.
    package func questions(readBy body: (World) -> Void) -> Set<AnyQuestion> {
        var view = self
        let reader = ReadRecord(of: self)
        view.record = reader
        body(view)
        return questions(in: reader.reads)
    }

    private func questions(in read: Reads) -> Set<AnyQuestion> {
        read.derived.reduce(into: Set(read.facts.keys)) { found, part in
            found.formUnion(questions(in: reads(of: part.derivation)))
        }
    }

    private func reads<D: Derivation>(of derivation: D) -> Reads { known(derivation).reads }

    /// The same world with nothing derived from it yet.
    package var afresh: World {
        var world = self
        world.memo = Memo()
        return world
    }

    /// How often derivations of a kind were worked out, in all worlds that share what is derived.
    package func computations<D: Derivation>(of kind: D.Type) -> Int { memo.computations(of: kind) }

    /// How many derived values are kept.
    package var derivedCount: Int { memo.count }

    var configurationStamp: Stamp { settings.stamp }

    func stamp(of kind: ObjectIdentifier) -> Stamp { snapshots[kind]?.stamp ?? .nothing }

    func stamp(of question: AnyQuestion) -> Stamp { facts[question]?.stamp ?? .nothing }

    /// True when nothing was answered, forgotten or tried of a question between the two.
    package func knowsTheSame(of question: AnyQuestion, as other: World) -> Bool {
        stamp(of: question) == other.stamp(of: question)
    }

    /// True when these parts of a kind bear these stamps.
    func holds(_ parts: [String: Stamp], of kind: ObjectIdentifier) -> Bool {
        guard let snapshot = snapshots[kind] else { return parts.values.allSatisfy { $0 == .nothing } }
        return parts.allSatisfy { snapshot.stamp(of: $0.key) == $0.value }
    }
}
