// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Courier
import CustomResources
import Essentials
import FactSources
import Facts
import KubernetesClient
import KubernetesModel
import OCIModel
import ScanPolicyController
import TrivyReport

/// `watchbill gate`: scans an image with the `trivy` on PATH and asks a policy what it thinks of the result.
package struct GateRun {
    package struct Request: Sendable {
        package var image: String
        /// Arguments for Trivy, as they were typed behind `--`.
        package var arguments: [String]
        package var platform: String?
        /// Nil for what the policy says.
        package var timeout: Duration?

        package init(image: String, arguments: [String], platform: String? = nil, timeout: Duration? = nil) {
            self.image = image
            self.arguments = arguments
            self.platform = platform
            self.timeout = timeout
        }
    }

    /// A policy, with what stands in the ConfigMaps that it names.
    package struct Bounds: Sendable {
        package var policy: ScanPolicy
        package var documents: [String: VEXDocuments.Answer]
        /// For people.
        package var name: String

        package init(_ policy: ScanPolicy, documents: [String: VEXDocuments.Answer] = [:], name: String) {
            self.policy = policy
            self.documents = documents
            self.name = name
        }
    }

    private let environment: [String: String]
    private let output: Output
    private let now: () -> Timestamp

    package init(environment: [String: String], to output: Output, now: @escaping () -> Timestamp) {
        self.environment = environment
        self.output = output
        self.now = now
    }

    /// The policy of that name, and its VEX documents, from the cluster.
    package static func bounds(_ reader: ClusterReader, _ key: ObjectKey) async throws(CommandFailure) -> Bounds {
        let policy = try await reader.object(ScanPolicy.self, key)
        var documents: [String: VEXDocuments.Answer] = [:]
        let source = VEXDocumentsSource(client: reader.client)
        for name in Set((policy.spec.vex ?? []).map(\.configMap)) {
            let answer = await source.ask(VEXDocuments(ObjectKey(namespace: key.namespace, name: name)))
            if case .success(let found) = answer { documents[name] = found }
        }
        return Bounds(policy, documents: documents, name: "scanpolicy \(key)")
    }

    package func run(
        _ request: Request, _ bounds: Bounds, as structured: StructuredOutput?
    ) throws(CommandFailure) -> CommandStatus {
        let image: ImageReference
        do throws(ImageReferenceError) {
            image = try ImageReference(parsing: request.image)
        } catch {
            throw CommandFailure(
                what: error.problem, place: "gate --image", remedy: error.remedy, code: .usage)
        }
        let result = try scan(request, bounds.policy.spec)
        guard
            let judgement = ImageJudgement(result, of: image, by: bounds.policy, documents: bounds.documents, at: now())
        else {
            throw CommandFailure.notScannable(
                ScanFailure(reason: .reportUnreadable, message: "the report does not say which image it is about"),
                image: request.image)
        }
        let report = GateReport(judgement, image: request.image, policy: bounds.name)
        for note in report.notes { output.note("note: \(note)") }
        if let structured {
            output.write(structured.text(report.json))
        } else {
            if !report.table.isEmpty { output.write(report.table.text(isColoured: output.isColoured)) }
            output.write(report.verdict + "\n")
        }
        return report.exitStatus
    }

    private func scan(_ request: Request, _ spec: ScanPolicySpec) throws(CommandFailure) -> ScanResult {
        let scanners = spec.effectiveScanners
        var arguments = ["--quiet", "--scanners", scanners.trivyNames.joined(separator: ",")]
        if scanners.contains(.imageConfiguration) { arguments += ["--image-config-scanners", "misconfig"] }
        if let platform = request.platform { arguments += ["--platform", platform] }
        let limit = request.timeout ?? .seconds(spec.effectiveTimeoutSeconds)
        arguments += ["--timeout", "\(limit.components.seconds)s"] + request.arguments + [request.image]
        output.progress("scanning \(request.image)")
        defer { output.progress(nil) }
        switch Courier.scan(["trivy", "image"], arguments: arguments, environment: environment, within: limit) {
        case .scanned(let result): return result
        case .failed(let failure): throw CommandFailure.notScannable(failure, image: request.image)
        }
    }
}
