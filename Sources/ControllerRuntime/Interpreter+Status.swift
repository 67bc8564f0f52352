// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesClient
import KubernetesModel
import Planning

extension Interpreter {
    /// Writes the status of a plan's primary, in one request, and only when it differs from what is there.
    func writeStatus(
        of plan: Plan, for primary: AnyController.PrimaryState, by controller: AnyController,
        in report: inout ApplyReport
    ) async {
        guard var status = plan.status else { return }
        // A built-in kind has no outcome: its plan gives the whole status, with conditions of its own.
        if let outcome = plan.outcome {
            let conditions = StatusSummary.conditions(
                for: outcome, assessments: plan.assessments, previous: primary.conditions,
                generation: primary.metadata.generation,
                at: clock.now())
            status["conditions"] = .array(conditions.map(\.json))
            status["observedGeneration"] = .integer(primary.metadata.generation)
        }
        if status == primary.observedStatus || isHeldBack(primary.reference, in: &report) { return }
        _ = await write(status, to: primary.reference, primary.metadata, in: &report)
    }

    /// Says in the status of an object that could not be read what is wrong with it, once per generation.
    package func reportUnreadable(_ reference: ObjectReference, _ metadata: ObjectMetadata, _ error: JSONError) async
        -> ApplyReport
    {
        var report = ApplyReport()
        let mark = "\(metadata.uid)/\(metadata.generation)"
        if memory.wasReported(mark) { return report }
        if isHeldBack(reference, in: &report) { return report }
        report.requests += 1
        do throws(APIError) {
            let found = try await client.get(reference.resource, reference.key)
            var current = metadata
            current.resourceVersion = found.at("metadata", "resourceVersion")?.stringValue ?? ""
            // Another object or spec by now: its own event brings the next pass.
            guard found.at("metadata", "uid")?.stringValue == metadata.uid,
                found.at("metadata", "generation")?.integerValue == metadata.generation
            else { return report }
            let previous = (found.at("status", "conditions")?.arrayValue ?? []).compactMap(Condition.init(json:))
            let message = "\(error); correct the field and apply the object again"
            let conditions = StatusSummary.conditions(
                for: .stalled("InvalidSpec", message: message), previous: previous, generation: metadata.generation,
                at: clock.now())
            var status = found["status"] ?? [:]
            status["conditions"] = .array(conditions.map(\.json))
            status["observedGeneration"] = .integer(metadata.generation)
            var isWritten = status == found["status"]
            if !isWritten { isWritten = await write(status, to: reference, current, in: &report) }
            if isWritten { memory.report(mark) }
        } catch {
            if error.status?.code != 404 { settle(error, reference, "status", in: &report) }
        }
        return report
    }

    /// True when the status stands as it was to be written.
    private func write(
        _ status: JSONValue, to reference: ObjectReference, _ metadata: ObjectMetadata, in report: inout ApplyReport
    ) async -> Bool {
        // uid and resourceVersion make the write conditional: another object, or a newer version, is not overwritten.
        let body: JSONValue = [
            "apiVersion": .string(reference.resource.apiVersion), "kind": .string(reference.resource.kind),
            "metadata": [
                "name": .string(metadata.name), "namespace": .string(metadata.namespace), "uid": .string(metadata.uid),
                "resourceVersion": .string(metadata.resourceVersion),
            ],
            "status": status,
        ]
        report.requests += 1
        do throws(APIError) {
            let written = try await client.apply(
                reference.resource, reference.key, subresource: "status", body: body, manager: Self.statusManager,
                force: true)
            report.awaited.append(.version(reference, written.resourceVersion))
            accepted(reference, in: &report)
            return true
        } catch {
            switch error.status?.code {
            // Gone, or changed since it was read: its own event brings the next plan.
            case 404, 409: break
            default: settle(error, reference, "status", in: &report)
            }
            return false
        }
    }
}
