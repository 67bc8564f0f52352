// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel

extension Filter {
    private static let digest = "sha256:0d17b565c37bcbd895e9d92315a05c1c3c9a29f762b011a10c54a66cd53c9b31"

    /// What runs, by a container's status.
    static let imageID = Filter(
        "imageid", "The digest that a container runs, by what the runtime reports.",
        input: [
            Member("imageID", "string", "`status.containerStatuses[].imageID` of the Pod.", isRequired: true),
            Member("image", "string", "The container's `image` in the Pod's spec.", isRequired: true),
        ],
        output: [
            Member("digest", "string", "The digest in the repository that the spec names."),
            Member(
                "unresolved", "string",
                "Why there is none: `Empty`, `BareIdentifier`, `ForeignRepository` or `Malformed`."),
            Member("repository", "string", "With `ForeignRepository`: the repository that the runtime names."),
        ],
        examples: [
            ["imageID": .string("docker-pullable://nginx@\(digest)"), "image": "nginx:1.27"],
            ["imageID": .string("ghcr.io/other/nginx@\(digest)"), "image": "nginx:1.27"],
            ["imageID": .string(digest), "image": "localhost:32000/app:1"],
        ]
    ) { (input) throws(FilterError) in
        let reading = ImageIDReading(
            imageID: try input.string("imageID"), spec: try reference(input.string("image")))
        switch reading {
        case .digest(let digest): return ["digest": .string(digest.description)]
        case .unresolved(.empty): return ["unresolved": "Empty"]
        case .unresolved(.bareIdentifier): return ["unresolved": "BareIdentifier"]
        case .unresolved(.foreignRepository(let name, _)):
            return ["unresolved": "ForeignRepository", "repository": .string(name)]
        case .unresolved(.malformed): return ["unresolved": "Malformed"]
        }
    }
}
