// What a new user does, by labels and keys only.
export async function journeys() {}
