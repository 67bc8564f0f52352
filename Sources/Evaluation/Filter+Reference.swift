// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel

extension Filter {
    /// The parts of an image's name.
    static let reference = Filter(
        "reference", "The parts of an image's name, with what is missing filled in as Docker does it.",
        input: [Member("image", "string", "As written in a Pod.", isRequired: true)],
        output: [
            Member("registry", "string", "Host and port."),
            Member("repository", "string", "The path within the registry."),
            Member("tag", "string", "As written; absent where none is."),
            Member("digest", "string", "As written; absent where none is."),
            Member("complete", "string", "The whole name."),
            Member("familiar", "string", "The shortest name that means the same."),
            Member("manifestReference", "string", "What a registry is asked for."),
        ],
        examples: [
            ["image": "nginx"], ["image": "localhost:32000/team/app:1.2"],
            ["image": "docker.io/library/Nginx"],
        ]
    ) { (input) throws(FilterError) in
        let reference = try reference(input.string("image"))
        return .compact([
            "registry": .string(reference.registry), "repository": .string(reference.repository),
            "tag": reference.tag.map(JSONValue.string), "digest": reference.digest.map { .string($0.description) },
            "complete": .string(reference.description), "familiar": .string(reference.familiar),
            "manifestReference": .string(reference.manifestReference),
        ])
    }

    static func reference(_ text: String) throws(FilterError) -> ImageReference {
        do throws(ImageReferenceError) {
            return try ImageReference(parsing: text)
        } catch {
            throw FilterError(error.description)
        }
    }
}
