// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Exposition
import Facts
import KubernetesClient
import KubernetesModel
import Planning
import TrivyReport

/// Reads what a scan Pod printed from its log, and believes only whole frames of a Pod that is still the one that was meant.
package struct ScanOutputSource: FactSource {
    private let client: KubernetesClient
    private let metrics: Metrics
    private let witness: ScanWitness?

    /// Beside the frames: what a mesh's sidecar or a shell may add to a log.
    private static let slackBytes = 1 << 20

    package init(client: KubernetesClient, metrics: Metrics, witness: ScanWitness? = nil) {
        self.client = client
        self.metrics = metrics
        self.witness = witness
    }

    package func ask(_ question: ScanOutput) async -> Result<ScanOutput.Answer, FactFailure> {
        let pod = ObjectKey(namespace: question.job.namespace, name: question.pod)
        let units = question.units.count
        let limit = units * Frame.maximumBytes(sharing: units) + Self.slackBytes
        var reader = FrameReader(units: question.units)
        do throws(APIError) {
            reader.append(try await client.logs(pod: pod, container: question.container, limitBytes: limit))
            // Asked after the log: as long as the name belongs to this uid, the log was its own.
            let owner = try await client.get(Pod.self, pod)
            guard owner.metadata.uid == question.podUID, owner.metadata.controller?.uid == question.jobUID else {
                return .failure(
                    FactFailure(
                        reason: "PodReplaced", message: "Pod \(pod) is not the one that Job \(question.job) started",
                        isFinal: true))
            }
        } catch {
            return .failure(Self.failure(error, pod))
        }
        let results = reader.finish().mapValues(Self.result)
        for (unit, result) in results { count(result, of: unit) }
        return .success(results)
    }

    private static func failure(_ error: APIError, _ pod: ObjectKey) -> FactFailure {
        switch error.status?.code {
        case 404:
            FactFailure(reason: "PodGone", message: "Pod \(pod) was deleted before its log was read", isFinal: true)
        case 403: FactFailure(reason: "Forbidden", message: error.description, isFinal: true)
        case 429:
            FactFailure(
                reason: "RateLimited", message: error.description, isShared: true,
                retryAfter: error.status?.retryAfterSeconds.map { .seconds($0) })
        default: FactFailure(reason: "Unreachable", message: error.description)
        }
    }

    /// A frame that cannot be believed is a failed scan, never an empty one.
    private static func result(_ outcome: FrameReader.Outcome) -> UnitResult {
        switch outcome {
        case .success(let result): result
        case .failure(let error): .failed(ScanFailure(reason: .reportUnreadable, message: error.description))
        }
    }

    private func count(_ result: UnitResult, of unit: String) {
        let seconds: Double
        switch result {
        case .scanned(let scan):
            metrics.add(to: MetricCatalog.scans, "")
            seconds = scan.usage.duration.inSeconds
        case .failed(let failure):
            metrics.add(to: MetricCatalog.scans, failure.reason.rawValue)
            seconds = failure.usage.duration.inSeconds
        }
        // A frame that could not be read says nothing of time either.
        guard seconds > 0 else { return }
        metrics.observe(seconds, in: MetricCatalog.scanSeconds)
        witness?.measured(seconds, of: unit)
    }
}
