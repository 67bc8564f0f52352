// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// A tenant's wish to know what is newer than what its namespace runs.
package struct ImageWatch: CustomResource {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "ImageWatch", plural: "imagewatches")

    package var metadata: ObjectMetadata
    package var spec: ImageWatchSpec
    /// The status as the API has it.
    package var observedStatus: JSONValue?

    package init(metadata: ObjectMetadata, spec: ImageWatchSpec, observedStatus: JSONValue? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.observedStatus = observedStatus
    }

    package init(from scanner: inout JSONScanner) throws(JSONError) {
        var metadata = ObjectMetadata()
        var spec: ImageWatchSpec?
        var status: JSONValue?
        try scanner.readObject { (key, scanner) throws(JSONError) in
            switch key {
            case "metadata": metadata = try ObjectMetadata(from: &scanner)
            case "spec": spec = try SpecDecoding.decode(ImageWatchSpec.self, from: &scanner, schema: Self.specSchema)
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

    /// The images that the status remembers.
    package var observedImages: [ImageWatchStatus.Image] {
        (observedStatus?["images"]?.arrayValue ?? []).compactMap(ImageWatchStatus.Image.init(json:))
    }
}
