//! The meaning of a text as a model's embedding gives it.

/// A direction: an embedding of length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector(Box<[f32]>);

impl Vector {
    /// None where the numbers have no direction: there are none, all are 0, or one is no number.
    pub fn new(numbers: Vec<f32>) -> Option<Self> {
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        (length.is_normal()).then(|| Vector(numbers.into_iter().map(|number| number / length).collect()))
    }

    pub fn numbers(&self) -> &[f32] {
        &self.0
    }

    /// How near two meanings are: the cosine of their angle. None where they come from different models.
    pub fn nearness(&self, other: &Vector) -> Option<f32> {
        (self.0.len() == other.0.len()).then(|| self.0.iter().zip(&other.0).map(|(one, other)| one * other).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_is_the_cosine() {
        let vector = |numbers: &[f32]| Vector::new(numbers.to_vec()).unwrap();
        assert_eq!(vector(&[3.0, 4.0]).numbers(), [0.6, 0.8]);
        assert_eq!(vector(&[2.0, 0.0]).nearness(&vector(&[5.0, 0.0])), Some(1.0));
        assert_eq!(vector(&[2.0, 0.0]).nearness(&vector(&[0.0, 1.0])), Some(0.0));
        assert_eq!(vector(&[2.0, 0.0]).nearness(&vector(&[1.0])), None);
        assert_eq!((Vector::new(vec![0.0, 0.0]), Vector::new(vec![f32::NAN]), Vector::new(vec![])), (None, None, None));
    }
}
