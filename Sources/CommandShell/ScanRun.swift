// SPDX-License-Identifier: Apache-2.0
import CommandLine
import CustomResources
import Essentials
import KubernetesClient
import KubernetesModel

/// `watchbill scan`: asks for a run by the annotation, and waits for its end if it is told to.
package struct ScanRun {
    /// Whose the annotation is.
    static let manager = "watchbill-cli-scan"
    private static let interval = Duration.seconds(1)

    private let reader: ClusterReader
    private let key: ObjectKey
    private let output: Output
    private let now: () -> Timestamp
    private let sleep: (Duration) async throws(CancellationError) -> Void

    /// - Parameter sleep: what passes the time between two looks.
    package init(
        _ reader: ClusterReader, _ key: ObjectKey, to output: Output, now: @escaping () -> Timestamp,
        sleep: @escaping (Duration) async throws(CancellationError) -> Void
    ) {
        self.reader = reader
        self.key = key
        self.output = output
        self.now = now
        self.sleep = sleep
    }

    private var name: String { "scanpolicy/\(key.name)" }
    private var place: String { "namespace \(key.namespace)" }

    /// - Parameters:
    ///   - token: one that was never used before.
    ///   - limit: how long to wait for the end; nil for not at all.
    package func run(
        token: String, waiting limit: Duration?, as structured: StructuredOutput?
    ) async throws(CommandFailure) -> CommandStatus {
        let policy = try await reader.object(ScanPolicy.self, key)
        var wait = ScanWait(token: token)
        if policy.spec.isSuspended { throw failure(.suspended) }
        try await reader.annotate(
            policy.reference, uid: policy.metadata.uid, ScanPolicy.scanNowAnnotation, token, manager: Self.manager)
        guard let limit else {
            if let structured {
                output.write(structured.text(["policy": .string(key.description), "token": .string(token)]))
            } else {
                output.write("\(name): a scan is asked for; --wait follows it\n")
            }
            return .done
        }
        let start = now()
        var unanswered: CommandFailure?
        while now() - start < limit {
            do throws(CommandFailure) {
                let end = wait.observed(try await reader.object(ScanPolicy.self, key))
                unanswered = nil
                if let end { return try finish(end, after: now() - start, structured) }
                output.progress("\(name): \(wait.progress) (\(Age.words(now() - start)))")
            } catch {
                // A server that restarts is waited for.
                guard error.code == .undecidable else {
                    output.progress(nil)
                    throw error
                }
                unanswered = error
            }
            do throws(CancellationError) { try await sleep(Self.interval) } catch { break }
        }
        output.progress(nil)
        throw timedOut(wait, unanswered, after: limit)
    }

    // MARK: The end

    private func finish(
        _ end: ScanWait.End, after duration: Duration, _ structured: StructuredOutput?
    ) throws(CommandFailure) -> CommandStatus {
        output.progress(nil)
        guard case .finished(let outcome) = end else { throw failure(end) }
        if let structured {
            output.write(structured.text(outcome.json))
        } else {
            output.write("\(name): run \(outcome.run) ended after \(Age.words(duration)): \(outcome.progress)\n")
            let table = outcome.table(at: now())
            if !table.isEmpty { output.write(table.text(isColoured: output.isColoured)) }
        }
        return outcome.failed > 0 ? .failed : .done
    }

    private func failure(_ end: ScanWait.End) -> CommandFailure {
        switch end {
        case .suspended:
            CommandFailure(
                what: "\(name) is suspended, so no scan starts", place: place,
                remedy: "set spec.suspend to false first")
        case .stalled(let reason, let message):
            CommandFailure(
                what: "\(name) is stalled: \(reason): \(message)", place: place, remedy: "correct its spec first")
        case .replaced, .finished:
            CommandFailure(
                what: "another scan of \(name) was asked for before this one began", place: place,
                remedy: "that one does the same; watchbill status says how it stands", code: .undecidable)
        }
    }

    private func timedOut(_ wait: ScanWait, _ unanswered: CommandFailure?, after limit: Duration) -> CommandFailure {
        if let unanswered { return unanswered }
        return wait.hasBegun
            ? CommandFailure(
                what: "the run of \(name) has not ended after \(Age.words(limit)): \(wait.progress)", place: place,
                remedy: "it goes on; watchbill status says how it stands, --timeout waits longer", code: .undecidable)
            : CommandFailure(
                what: "the operator has not begun the scan of \(name) after \(Age.words(limit))", place: place,
                remedy: "check that the operator runs and watches this namespace; it begins as soon as it does",
                code: .undecidable)
    }
}
