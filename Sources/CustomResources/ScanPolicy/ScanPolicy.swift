// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// A tenant's wish that the images of its namespace be scanned.
package struct ScanPolicy: CustomResource {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "ScanPolicy", plural: "scanpolicies")

    package var metadata: ObjectMetadata
    package var spec: ScanPolicySpec
    /// The status as the API has it.
    package var observedStatus: JSONValue?

    package init(metadata: ObjectMetadata, spec: ScanPolicySpec, observedStatus: JSONValue? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.observedStatus = observedStatus
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var metadata = ObjectMetadata()
        var spec: ScanPolicySpec?
        var status: JSONValue?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec": spec = try SpecDecoding.decode(ScanPolicySpec.self, from: &scanner, schema: Self.specSchema)
            case "status": status = try scanner.readValue()
            default: try scanner.skipValue()
            }
        }
        guard let spec else { throw JSONError(path: "spec", offset: scanner.offset, reason: "Required value") }
        self.init(metadata: metadata, spec: spec, observedStatus: status)
    }

    package var conditions: [Condition] {
        (observedStatus?["conditions"]?.arrayValue ?? []).compactMap(Condition.init(json:))
    }

    /// What the annotation `reconcile.fluxcd.io/requestedAt` asks to be echoed, cut to a sane length.
    package var reconcileToken: String? {
        metadata.annotations["reconcile.fluxcd.io/requestedAt"].map { String($0.prefix(128)) }
    }
}
