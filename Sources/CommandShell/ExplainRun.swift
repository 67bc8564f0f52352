// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Essentials
import JSONScan
import KubernetesClient
import KubernetesModel
import Planning

/// `watchbill explain` and `watchbill capture`: asks the operator by an annotation and reads its answer.
package struct ExplainRun {
    static let manager = "watchbill-cli-explain"
    private static let interval = Duration.milliseconds(500)
    private static let answerLimits = JSONLimits(
        maximumDepth: 64, maximumBytes: 4 << 20, maximumValues: 1_000_000)

    private let reader: ClusterReader
    private let kind: any CustomResource.Type
    private let key: ObjectKey
    private let output: Output
    private let now: () -> Timestamp
    private let sleep: (Duration) async throws(CancellationError) -> Void

    /// - Parameter sleep: what passes the time between two looks.
    package init(
        _ reader: ClusterReader, _ kind: any CustomResource.Type, _ key: ObjectKey, to output: Output,
        now: @escaping () -> Timestamp,
        sleep: @escaping (Duration) async throws(CancellationError) -> Void
    ) {
        self.reader = reader
        self.kind = kind
        self.key = key
        self.output = output
        self.now = now
        self.sleep = sleep
    }

    private var reference: ObjectReference { ObjectReference(kind.resource, key) }

    /// Prints what the operator saw and decided.
    package func explain(
        token: String, within limit: Duration, as structured: StructuredOutput?
    ) async throws(CommandFailure) -> CommandStatus {
        var answer = try await ask(token, within: limit)
        if case .object(var members) = answer {
            members["difference"] = StatusDifference(answer: answer).json
            answer = .object(members)
        }
        output.write(
            structured?.text(answer) ?? ExplanationPage(answer: answer).text(isColoured: output.isColoured))
        return .done
    }

    /// Prints what the operator saw, to be planned again.
    package func capture(token: String, within limit: Duration) async throws(CommandFailure) -> CommandStatus {
        let answer = try await ask(token, within: limit)
        guard let capture = answer["capture"] else {
            throw CommandFailure(
                what: "what the plan looks at is too large for a ConfigMap", place: "\(reference)",
                remedy: "capture an object that matches fewer Pods")
        }
        output.write(StructuredOutput.json.text(capture))
        return .done
    }

    private func ask(_ token: String, within limit: Duration) async throws(CommandFailure) -> JSONValue {
        let metadata = try await reader.object(kind, key).metadata
        try await reader.annotate(
            reference, uid: metadata.uid, Explanation.annotation, token, manager: Self.manager)
        let start = now()
        output.progress("waiting for the operator's answer")
        defer { output.progress(nil) }
        while now() - start < limit {
            if let answer = try await answer(to: token) { return answer }
            do throws(CancellationError) { try await sleep(Self.interval) } catch { break }
        }
        throw CommandFailure(
            what: "the operator has given no answer after \(Age.words(limit))", place: "\(reference)",
            remedy:
                "check that the operator runs, watches this namespace and may write the ConfigMap \(Explanation.name)",
            code: .undecidable)
    }

    private func answer(to token: String) async throws(CommandFailure) -> JSONValue? {
        let place = ObjectReference(.configMaps, ObjectKey(namespace: key.namespace, name: Explanation.name))
        let found: JSONValue
        do throws(APIError) {
            found = try await reader.client.get(place.resource, place.key)
        } catch {
            if error.status?.code == 404 { return nil }
            throw reader.failure(error, place, verb: "get")
        }
        guard let text = found["data"]?[Explanation.member(for: reference)]?.stringValue else { return nil }
        do throws(JSONError) {
            let answer = try JSONValue(parsing: Array(text.utf8), limits: Self.answerLimits)
            return answer["token"]?.stringValue == token ? answer : nil
        } catch {
            return nil
        }
    }
}
