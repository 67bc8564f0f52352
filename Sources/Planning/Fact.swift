// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A question that only something outside Kubernetes' objects can answer: a registry, a Pod's log.
package protocol FactQuestion: Hashable, Sendable {
    associatedtype Answer: Sendable, Equatable
    /// The name of this kind of question in metrics and contracts.
    static var name: String { get }
    /// An answer older than this is asked for again when somebody wants it.
    static var maximumAge: Duration { get }
    /// The same for who asks here: a wish beside the question, not a part of it. Equal questions may differ in it.
    var freshness: Duration { get }
    /// False when the answer is dropped as soon as no plan wants it any more.
    static var isKept: Bool { get }
    /// False when the answer comes by itself, from a write that was tried; then it is never asked.
    static var isAsked: Bool { get }
    /// What of the Kubernetes API is read to answer it, beside what is watched.
    static var apiAccess: [APIAccess] { get }
    /// What shares rate limits and back-off: a registry host, `kubernetes` for the API server.
    var bucket: String { get }
    /// The repository whose registry may tell of its own accord that the answer has changed.
    var hintedBy: HintedRepository? { get }
}

/// What is known of an answer. Policy never waits: an unknown fact is named in `Plan.wants` and costs one more pass.
package enum Fact<Answer: Sendable & Equatable>: Sendable, Equatable {
    /// Nobody has answered yet.
    case unknown
    /// The latest answer, and when it was asked for.
    case known(Answer, askedAt: Timestamp)
    /// The latest attempt failed; the runtime tries again by itself.
    case failed(FactFailure)

    package var answer: Answer? { if case .known(let answer, _) = self { answer } else { nil } }
}

/// Why a question could not be answered.
package struct FactFailure: Error, Hashable, Sendable {
    /// CamelCase, from a closed set per question: `NotFound`, `Unauthorized`, `RateLimited`, `Unreachable`, …
    package var reason: String
    /// For people; no secrets.
    package var message: String
    /// True when asking again cannot help until the question changes.
    package var isFinal: Bool
    /// True when everything in the same bucket is concerned: no connection, too many requests.
    package var isShared: Bool
    /// What the other side asked us to wait. Of a final failure, when to see whether the question has changed meanwhile.
    package var retryAfter: Duration?

    package init(
        reason: String, message: String, isFinal: Bool = false, isShared: Bool = false, retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.message = message
        self.isFinal = isFinal
        self.isShared = isShared
        self.retryAfter = retryAfter
    }
}

/// A question of any kind.
package struct AnyQuestion: Hashable, Sendable {
    package let question: any FactQuestion

    package init(_ question: any FactQuestion) { self.question = question }

    package static func == (left: AnyQuestion, right: AnyQuestion) -> Bool { left.question.equals(right.question) }
    package func hash(into hasher: inout Hasher) { question.hash(into: &hasher) }
}

extension FactQuestion {
    fileprivate func equals(_ other: any FactQuestion) -> Bool { (other as? Self) == self }
}

extension FactQuestion {
    package static var maximumAge: Duration { .seconds(3_600) }
    package var freshness: Duration { Self.maximumAge }
    package static var isKept: Bool { true }
    package static var isAsked: Bool { true }
    package static var apiAccess: [APIAccess] { [] }
    package var hintedBy: HintedRepository? { nil }
}
