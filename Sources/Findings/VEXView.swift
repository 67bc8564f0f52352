// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import VEX

/// The VEX documents that a policy names, as far as they can be read.
package struct VEXView {
    /// What is wrong with one source.
    package struct Problem: Hashable {
        package var reason: ScanPolicy.VEXReason
        /// ConfigMap and key.
        package var place: String
        package var message: String
    }

    package static let condition = "VEXRead"

    /// In the order of the policy, those of one ConfigMap by key.
    package private(set) var documents: [VEXDocument] = []
    package private(set) var problems: [Problem] = []
    package private(set) var questions: [VEXDocuments] = []
    /// True while a ConfigMap has not been looked at yet: what it says is unknown, not nothing.
    package private(set) var isPending = false

    package init(of policy: ScanPolicy, in world: World) {
        for (index, source) in (policy.spec.vex ?? []).enumerated() {
            let question = VEXDocuments(ObjectKey(namespace: policy.metadata.namespace, name: source.configMap))
            if !questions.contains(question) { questions.append(question) }
            read(source, at: "spec.vex[\(index)]", world.fact(question))
        }
    }

    private mutating func read(
        _ source: ScanPolicySpec.VEXSource, at path: String, _ fact: Fact<VEXDocuments.Answer>
    ) {
        switch fact {
        case .unknown: isPending = true
        case .failed(let failure):
            problems.append(
                Problem(
                    reason: .configMapUnavailable, place: source.configMap,
                    message: "\(path): ConfigMap \(source.configMap): \(failure.message)"))
        case .known(.missing, _):
            problems.append(
                Problem(
                    reason: .configMapNotFound, place: source.configMap,
                    message: "\(path): there is no ConfigMap \(source.configMap) in this namespace; create it"))
        case .known(.documents(let found), _): read(found, of: source, at: path)
        }
    }

    private mutating func read(
        _ found: [String: VEXDocuments.Document], of source: ScanPolicySpec.VEXSource, at path: String
    ) {
        if let key = source.key, found[key] == nil {
            problems.append(
                Problem(
                    reason: .keyNotFound, place: "\(source.configMap)/\(key)",
                    message: "\(path): ConfigMap \(source.configMap) has no key \(key) with text"))
        }
        for (key, document) in found.sorted(by: { $0.key < $1.key }) where source.key == nil || source.key == key {
            switch document {
            case .read(let document): documents.append(document)
            case .unreadable(let error):
                problems.append(
                    Problem(
                        reason: .documentUnreadable, place: "\(source.configMap)/\(key)",
                        message: "\(path): ConfigMap \(source.configMap), key \(key): \(error)"))
            }
        }
    }

    /// Nil for a policy that names no document.
    package func assessment(of policy: ScanPolicy) -> Assessment? {
        if questions.isEmpty { return nil }
        func assessment(_ status: Condition.Status, _ reason: ScanPolicy.VEXReason, _ message: String? = nil)
            -> Assessment
        {
            Assessment(
                Self.condition, status, reason: reason.rawValue, message: message ?? reason.explanation)
        }
        if isPending {
            // A fresh operator knows no less than the one before it.
            return policy.conditions.first { $0.type == Self.condition }.map {
                Assessment(Self.condition, $0.status, reason: $0.reason, message: $0.message)
            } ?? assessment(.unknown, .notReadYet)
        }
        guard let first = problems.first else { return assessment(.true, .documentsRead) }
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return assessment(.false, first.reason, first.message + others)
    }

    /// Tells of each problem once: of those that stand in the status, with the time of that transition for an identity.
    package func events(about policy: ScanPolicy) -> [PlannedEvent] {
        guard let before = policy.conditions.first(where: { $0.type == Self.condition }), before.status == .false else {
            return []
        }
        let time = before.lastTransitionTime?.rfc3339 ?? ""
        return problems.prefix(10).map {
            PlannedEvent(
                about: policy, isWarning: true, reason: $0.reason.rawValue, message: $0.message,
                identity: "vex \($0.place) \(time)")
        }
    }

    /// True when a document says that the vulnerability does not affect the package in the image, or is fixed there.
    package func excludes(_ record: FindingRecord, images: [PackageURL]) -> Bool {
        let package = record.purl.flatMap(PackageURL.init)
        return documents.contains { $0.excludes(record.id, package: package, images: images) }
    }
}

extension PackageURL {
    /// What names an image in VEX documents, one for each of its names: `pkg:oci/NAME@DIGEST?arch=…&repository_url=…`, as
    /// Trivy makes it; Docker Hub is `index.docker.io` there, `docker.io` elsewhere.
    package static func images(_ references: some Sequence<ImageReference>, _ image: ScanReport.Image) -> [PackageURL] {
        var urls: Set<PackageURL> = []
        for reference in references {
            let registries =
                reference.registry == "docker.io" ? ["index.docker.io", "docker.io"] : [reference.registry]
            for registry in registries {
                urls.insert(
                    PackageURL(
                        type: "oci", name: String(reference.repository.split(separator: "/").last ?? ""),
                        version: image.digest.description,
                        qualifiers: [
                            "repository_url": "\(registry)/\(reference.repository)",
                            "arch": image.platform.architecture,
                        ]))
            }
        }
        return Array(urls)
    }
}
