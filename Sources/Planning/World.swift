// SPDX-License-Identifier: Apache-2.0
import CustomResources
import HashTreeCollections
import KubernetesModel

/// Everything a plan may look at: snapshots of the watched kinds, facts, and the operator's configuration.
///
/// It is one value, not one instant of the cluster: each kind lags by its own watch. "Not there" may mean "not seen yet".
package struct World: Sendable {
    package var configuration: OperatorConfiguration
    private var snapshots: [ObjectIdentifier: any Sendable] = [:]
    private var facts: TreeDictionary<AnyQuestion, any Sendable> = [:]

    package init(configuration: OperatorConfiguration) { self.configuration = configuration }

    /// The snapshot of a kind; empty when the kind is not watched.
    package subscript<Object: KubernetesObject>(_ kind: Object.Type) -> Snapshot<Object> {
        get { snapshots[ObjectIdentifier(kind)] as? Snapshot<Object> ?? Snapshot() }
        set { snapshots[ObjectIdentifier(kind)] = newValue }
    }

    /// What is known of a question.
    package func fact<Question: FactQuestion>(_ question: Question) -> Fact<Question.Answer> {
        facts[AnyQuestion(question)] as? Fact<Question.Answer> ?? .unknown
    }

    /// Records what is known of a question.
    package mutating func set<Question: FactQuestion>(_ fact: Fact<Question.Answer>, for question: Question) {
        facts[AnyQuestion(question)] = fact
    }

    /// Drops a question and its answer.
    package mutating func forget(_ question: AnyQuestion) { facts[question] = nil }
}
