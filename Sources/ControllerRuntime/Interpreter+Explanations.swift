// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import KubernetesClient
import KubernetesModel
import Logging
import Planning

extension Interpreter {
    /// Does what is due about a question for an explanation; answers when to look at it again.
    func explain(
        _ plan: Plan, for primary: AnyController.PrimaryState, in report: inout ApplyReport
    ) async -> Timestamp? {
        guard let token = Explanation.token(in: primary.metadata) else { return nil }
        let now = clock.now()
        switch desk.step(primary.reference, token, at: now) {
        case .rest(let time): return time
        case .clear: return await clear(primary.reference, token, in: &report)
        case .answer:
            let explanation = Explanation(
                of: primary.reference, primary.metadata, token: token, plan, capture: primary.capture(), at: now)
            return await answer(explanation, about: primary, in: &report)
        }
    }

    private func answer(
        _ explanation: Explanation, about primary: AnyController.PrimaryState, in report: inout ApplyReport
    ) async -> Timestamp? {
        let reference = Self.place(of: explanation.reference)
        let expiry = Timestamp(secondsSinceEpoch: (clock.now() + Explanation.lifetime).seconds)
        let owner = OwnerReference(
            apiVersion: primary.reference.resource.apiVersion, kind: primary.reference.resource.kind,
            name: primary.metadata.name, uid: primary.metadata.uid, isController: false)
        let object = DesiredObject(
            .configMaps, reference.key, labels: [Explanation.label: "true", "app.kubernetes.io/part-of": "watchbill"],
            annotations: [Explanation.expiryAnnotation: expiry.rfc3339], owners: [owner],
            body: ["data": [Explanation.member(for: explanation.reference): .string(explanation.json.canonicalText)]])
        do throws(APIError) {
            if let found = try await find(reference, in: &report), !Self.isOurs(found) {
                refuse(explanation.token, of: primary.reference, "the ConfigMap \(reference.key) is not ours")
                return nil
            }
            report.requests += 1
            _ = try await client.apply(
                .configMaps, reference.key, body: object.body, manager: Self.manager(of: explanation.reference),
                force: true)
            desk.answered(explanation.reference, explanation.token, until: expiry)
            return expiry
        } catch {
            // What the API refuses it refuses again; anything else passes.
            if let code = error.status?.code, code < 500, code != 429, code != 409 {
                refuse(explanation.token, of: primary.reference, error.description)
            } else {
                report.failures.append(
                    WriteFailure(reference: reference, step: "explain", message: error.description))
            }
            return nil
        }
    }

    /// Deletes the ConfigMap unless a later answer in it stands.
    private func clear(
        _ asked: ObjectReference, _ token: String, in report: inout ApplyReport
    ) async -> Timestamp? {
        let reference = Self.place(of: asked)
        do throws(APIError) {
            if let found = try await find(reference, in: &report), Self.isOurs(found) {
                let expiry = found.at("metadata", "annotations", Explanation.expiryAnnotation)?.stringValue
                    .flatMap(Timestamp.init(rfc3339:))
                if let expiry, expiry > clock.now() {
                    desk.answered(asked, token, until: expiry)
                    return expiry
                }
                report.requests += 1
                try await client.delete(
                    .configMaps, reference.key, uid: found.at("metadata", "uid")?.stringValue ?? "",
                    resourceVersion: found.at("metadata", "resourceVersion")?.stringValue)
            }
            desk.answered(asked, token, until: nil)
        } catch {
            switch error.status?.code {
            case 404, 403: desk.answered(asked, token, until: nil)
            default:
                report.failures.append(
                    WriteFailure(reference: reference, step: "explain", message: error.description))
            }
        }
        return nil
    }

    private func find(_ reference: ObjectReference, in report: inout ApplyReport) async throws(APIError) -> JSONValue? {
        report.requests += 1
        do throws(APIError) {
            return try await client.get(reference.resource, reference.key)
        } catch {
            if error.status?.code == 404 { return nil }
            throw error
        }
    }

    private func refuse(_ token: String, of reference: ObjectReference, _ why: String) {
        desk.answered(reference, token, until: nil)
        logger.warning("no explanation could be written", metadata: ["object": "\(reference)", "error": "\(why)"])
    }

    private static func isOurs(_ object: JSONValue) -> Bool {
        object.at("metadata", "labels", Explanation.label)?.stringValue == "true"
    }

    private static func place(of asked: ObjectReference) -> ObjectReference {
        ObjectReference(.configMaps, ObjectKey(namespace: asked.key.namespace, name: Explanation.name))
    }

    /// Of its own for each object, so that one answer does not take another away.
    private static func manager(of asked: ObjectReference) -> String {
        "watchbill-explain-" + SHA256.hex(asked.description.utf8).prefix(16)
    }
}
