// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesClient
import KubernetesModel
import Logging
import Planning

/// Carries out plans: the only writer to the cluster.
///
/// The order is fixed: create, apply, delete, status, events. A delete is left out when a create or apply before it may not
/// have happened. What the API refuses becomes a `WriteRefusal` that the next plan can see; what merely failed is tried again.
package struct Interpreter: Sendable {
    let client: KubernetesClient
    let store: Store
    let facts: FactLoop
    let clock: any RuntimeClock
    let memory: WriteMemory
    let desk = ExplanationDesk()
    let logger: Logger
    /// The field manager of applied objects; statuses have one of their own.
    package static let fieldManager = "watchbill"
    package static let statusManager = "watchbill-status"

    /// Carries out one plan under its controller's contract.
    package func carryOut(_ plan: Plan, for primary: AnyController.PrimaryState?, of controller: AnyController) async
        -> ApplyReport
    {
        var report = ApplyReport()
        for object in plan.create where isGranted(.create, object.reference, by: controller, in: &report) {
            await create(object, in: &report)
        }
        for object in plan.apply where isGranted(.patch, object.reference, by: controller, in: &report) {
            await apply(object, of: controller, in: &report)
        }
        if report.isComplete {
            for deletion in plan.delete where isGranted(.delete, deletion.reference, by: controller, in: &report) {
                await delete(deletion, in: &report)
            }
        }
        if let primary { await writeStatus(of: plan, for: primary, by: controller, in: &report) }
        for event in plan.events { await write(event, in: &report) }
        return report
    }

    private func isGranted(
        _ verb: WriteVerb, _ reference: ObjectReference, by controller: AnyController, in report: inout ApplyReport
    ) -> Bool {
        let namespace = store.world.configuration.operatorNamespace
        if controller.contract.grants(verb, on: reference, operatorNamespace: namespace) { return true }
        fail(reference, verb.rawValue, "the contract of \(controller.name) does not grant it", in: &report)
        return false
    }

    private func create(_ object: DesiredObject, in report: inout ApplyReport) async {
        if isHeldBack(object.reference, in: &report) { return }
        report.requests += 1
        do throws(APIError) {
            let written = try await client.create(
                object.reference.resource, namespace: object.reference.key.namespace, body: object.body)
            report.awaited.append(.version(object.reference, written.resourceVersion))
            accepted(object.reference, in: &report)
        } catch {
            if error.status?.code == 409 { return await adopt(object, in: &report) }
            settle(error, object.reference, "create", in: &report)
        }
    }

    /// The name exists already: ours from an earlier try whose answer was lost, or somebody else's.
    private func adopt(_ object: DesiredObject, in report: inout ApplyReport) async {
        report.requests += 1
        do throws(APIError) {
            let found = try await client.get(object.reference.resource, object.reference.key)
            if ManagedMarks(of: found) == ManagedMarks(of: object.body) {
                let version = found.at("metadata", "resourceVersion")?.stringValue ?? ""
                report.awaited.append(.version(object.reference, version))
                accepted(object.reference, in: &report)
            } else {
                refuseTaken(object.reference, in: &report)
            }
        } catch {
            // Gone between the two requests: the name is free now.
            if error.status?.code == 404 { return fail(object.reference, "create", error.description, in: &report) }
            settle(error, object.reference, "create", in: &report)
        }
    }

    private func apply(_ object: DesiredObject, of controller: AnyController, in report: inout ApplyReport) async {
        let observed = store.world.observation(of: object.reference, in: controller)
        if memory.isConverged(object, observed: observed) { return }
        if isHeldBack(object.reference, in: &report) { return }
        guard await isOurs(object, observed, of: controller, in: &report) else { return }
        report.requests += 1
        do throws(APIError) {
            let written = try await client.apply(
                object.reference.resource, object.reference.key, body: object.body, manager: Self.fieldManager,
                force: true)
            memory.remember(object, version: written.resourceVersion)
            report.awaited.append(.version(object.reference, written.resourceVersion))
            accepted(object.reference, in: &report)
        } catch {
            settle(error, object.reference, "apply", in: &report)
        }
    }

    /// Whether the name belongs to us: an object of others is never taken over. Kinds that are watched by label do not show
    /// those, so the first write of such a name asks.
    private func isOurs(
        _ object: DesiredObject, _ observed: Observation?, of controller: AnyController, in report: inout ApplyReport
    ) async -> Bool {
        guard let mark = ManagedMarks(of: object.body).manager, !memory.hasApplied(object.reference) else {
            return true
        }
        if let observed, observed.metadata.labels[ManagedMarks.label] == mark { return true }
        if observed == nil, !controller.watchesByLabel(object.reference.resource) { return true }
        report.requests += 1
        do throws(APIError) {
            let found = try await client.get(object.reference.resource, object.reference.key)
            if ManagedMarks(of: found).manager == mark || found.wasApplied(by: Self.fieldManager) { return true }
            refuseTaken(object.reference, in: &report)
        } catch {
            if error.status?.code == 404 { return true }
            settle(error, object.reference, "apply", in: &report)
        }
        return false
    }

    private func delete(_ deletion: Deletion, in report: inout ApplyReport) async {
        if isHeldBack(deletion.reference, in: &report) { return }
        report.requests += 1
        do throws(APIError) {
            try await client.delete(
                deletion.reference.resource, deletion.reference.key, uid: deletion.uid,
                resourceVersion: deletion.resourceVersion)
            report.awaited.append(.gone(deletion.reference, uid: deletion.uid))
            accepted(deletion.reference, in: &report)
        } catch {
            switch error.status?.code {
            case 404: report.awaited.append(.gone(deletion.reference, uid: deletion.uid))
            // It changed since it was seen: the plan that follows decides anew.
            case 409: break
            default: settle(error, deletion.reference, "delete", in: &report)
            }
        }
    }

    /// Sorts an error: a refusal is told to the next plan, everything else is tried again after a back-off.
    func settle(_ error: APIError, _ reference: ObjectReference, _ step: String, in report: inout ApplyReport) {
        switch (error.status?.code, error.status?.reason) {
        case (403, _): refuse(reference, .forbidden, error.description, in: &report)
        case (422, _), (400, _): refuse(reference, .invalid, error.description, in: &report)
        case (404, "NotFound") where step != "status": refuse(reference, .forbidden, error.description, in: &report)
        default: fail(reference, step, error.description, in: &report)
        }
    }

    func fail(_ reference: ObjectReference, _ step: String, _ message: String, in report: inout ApplyReport) {
        report.isComplete = false
        report.failures.append(WriteFailure(reference: reference, step: step, message: message))
        logger.warning(
            "write failed", metadata: ["object": "\(reference)", "step": "\(step)", "error": "\(message)"])
    }
}

/// What shows that an object is ours and made from the same template.
struct ManagedMarks: Equatable {
    static let label = "app.kubernetes.io/managed-by"
    var manager: String?
    var template: String?

    init(of object: JSONValue) {
        manager = object.at("metadata", "labels", Self.label)?.stringValue
        template = object.at("metadata", "annotations", "watchbill.dev/template-hash")?.stringValue
    }
}

extension JSONValue {
    /// True when a field manager of that name holds fields of this object by server-side apply.
    fileprivate func wasApplied(by manager: String) -> Bool {
        at("metadata", "managedFields")?.arrayValue?.contains {
            $0["manager"]?.stringValue == manager && $0["operation"] == "Apply"
        } ?? false
    }
}

extension AnyController {
    /// True when it sees of this kind only what carries our label.
    fileprivate func watchesByLabel(_ resource: ResourceType) -> Bool {
        let kinds = reads.map(\.kind).filter { $0.resource == resource && !$0.isMetadataOnly }
        return kinds.allSatisfy { !$0.labelSelector.isEmpty }
    }
}
