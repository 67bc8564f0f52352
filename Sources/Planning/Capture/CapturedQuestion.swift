// SPDX-License-Identifier: Apache-2.0
import Essentials

/// A question that can be written down with what was known of it.
package protocol CapturedQuestion: FactQuestion {
    /// What makes it this question, and nothing that must not be seen: `init(captured:)` reads it as the same question, or as
    /// the one that a slice asks in its place.
    var captured: JSONValue { get }
    /// Nil when it is none.
    init?(captured: JSONValue)
    static func captured(_ answer: Answer) -> JSONValue
    /// Nil when it is none.
    static func answer(captured: JSONValue) -> Answer?
}

extension CapturedQuestion {
    /// The question with what a world knows of it.
    func entry(in world: World) -> JSONValue {
        var entry: JSONValue = ["name": .string(Self.name), "question": captured]
        switch world.fact(self) {
        case .unknown: entry["state"] = "Unknown"
        case .known(let answer, let askedAt):
            entry["state"] = "Known"
            entry["answer"] = Self.captured(answer)
            entry["askedAt"] = .string(askedAt.rfc3339Micro)
        case .failed(let failure):
            entry["state"] = "Failed"
            entry["failure"] = [
                "reason": .string(failure.reason), "message": .string(failure.message),
                "isFinal": .bool(failure.isFinal),
            ]
        }
        return entry
    }

    /// Puts what an entry says into a world; false when it cannot be read.
    static func read(_ entry: JSONValue, into world: inout World) -> Bool {
        guard let question = entry["question"].flatMap(Self.init(captured:)) else { return false }
        switch entry["state"]?.stringValue {
        case "Unknown": return true
        case "Known":
            guard let answer = entry["answer"].flatMap(Self.answer(captured:)),
                let time = entry["askedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            else { return false }
            world.set(.known(answer, askedAt: time), for: question)
            return true
        case "Failed":
            func text(_ name: String) -> String { entry.at("failure", name)?.stringValue ?? "" }
            let failure = FactFailure(
                reason: text("reason"), message: text("message"),
                isFinal: entry.at("failure", "isFinal")?.boolValue ?? false)
            world.set(.failed(failure), for: question)
            return true
        default: return false
        }
    }
}

extension World {
    /// Takes over what another world knows of a question.
    package mutating func copy(_ question: AnyQuestion, from other: World) { copy(question.question, from: other) }

    private mutating func copy<Question: FactQuestion>(_ question: Question, from other: World) {
        let fact = other.fact(question)
        if fact != .unknown { set(fact, for: question) }
    }
}

extension HintsArrive: CapturedQuestion {
    package var captured: JSONValue {
        .compact(["registry": repository.registry.map(JSONValue.string), "repository": .string(repository.path)])
    }

    package init?(captured: JSONValue) {
        guard let path = captured["repository"]?.stringValue else { return nil }
        self.init(HintedRepository(registry: captured["registry"]?.stringValue, path: path))
    }

    package static func captured(_ answer: Bool) -> JSONValue { .bool(answer) }
    package static func answer(captured: JSONValue) -> Bool? { captured.boolValue }
}
